//! ONNX models to quantized circom circuits: read, type, quantize, emit.
