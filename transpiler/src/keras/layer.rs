//! The table of layers.

use serde_json::{Map, Value as Json};

use super::builder::{Builder, Value, op};
use super::config::Layer;
use super::{activation, convolution, dense, operation, recurrent, wiring};
use crate::error::Result;

/// Translates a call of a layer; `options` are the call's own arguments.
pub(super) fn apply(
    builder: &mut Builder,
    layer: &Layer<'_>,
    inputs: &[Value],
    options: &Map<String, Json>,
) -> Result<Value> {
    match layer.class {
        "Add" | "Subtract" | "Multiply" | "Average" | "Maximum" | "Minimum" | "Divide" | "TrueDivide"
            if !layer.is_custom =>
        {
            return wiring::merge(builder, layer, inputs);
        }
        "Concatenate" if !layer.is_custom => return wiring::concatenate(builder, layer, inputs),
        "Dot" if !layer.is_custom => return wiring::dot(builder, layer, inputs),
        "MultiHeadAttention" if !layer.is_custom => {
            let is_causal = options.get("use_causal_mask") == Some(&Json::Bool(true));
            return dense::attention(builder, layer, inputs, is_causal);
        }
        _ => {}
    }
    let [value] = inputs else {
        return Err(layer.fail(format!("has {} inputs, expected 1", inputs.len())));
    };
    if value.rank() == 0 {
        return Err(layer.fail("its input has no axes"));
    }
    if let Some(result) = activation::layer_value(builder, layer, value)? {
        return Ok(result);
    }
    single(builder, layer, value)
}

fn single(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    match layer.class {
        "Dense" => dense::dense(builder, layer, value),
        "Conv1D" => convolution::conv(builder, layer, value, 1),
        "Conv2D" => convolution::conv(builder, layer, value, 2),
        "DepthwiseConv1D" => convolution::depthwise(builder, layer, value, 1),
        "DepthwiseConv2D" => convolution::depthwise(builder, layer, value, 2),
        "SeparableConv1D" => convolution::separable(builder, layer, value, 1),
        "SeparableConv2D" => convolution::separable(builder, layer, value, 2),
        "Conv1DTranspose" => convolution::transposed(builder, layer, value, 1),
        "Conv2DTranspose" => convolution::transposed(builder, layer, value, 2),
        "BatchNormalization" | "GroupNormalization" => convolution::channel_normalization(builder, layer, value),
        "LayerNormalization" | "RMSNormalization" => dense::layer_normalization(builder, layer, value),
        "MaxPooling1D" => convolution::pool(builder, layer, value, "MaxPool", 1),
        "MaxPooling2D" => convolution::pool(builder, layer, value, "MaxPool", 2),
        "AveragePooling1D" => convolution::pool(builder, layer, value, "AveragePool", 1),
        "AveragePooling2D" => convolution::pool(builder, layer, value, "AveragePool", 2),
        "GlobalMaxPooling1D" => convolution::global_pool(builder, layer, value, "GlobalMaxPool", 1),
        "GlobalMaxPooling2D" => convolution::global_pool(builder, layer, value, "GlobalMaxPool", 2),
        "GlobalAveragePooling1D" => convolution::global_pool(builder, layer, value, "GlobalAveragePool", 1),
        "GlobalAveragePooling2D" => convolution::global_pool(builder, layer, value, "GlobalAveragePool", 2),
        "UpSampling1D" => {
            // It has no `data_format`: the channels come last.
            convolution::up_sampling(builder, layer, value, 1)
        }
        "UpSampling2D" => convolution::up_sampling(builder, layer, value, 2),
        "ZeroPadding1D" => wiring::zero_padding(builder, layer, value, 1),
        "ZeroPadding2D" => wiring::zero_padding(builder, layer, value, 2),
        "Cropping1D" => wiring::cropping(builder, layer, value, 1),
        "Cropping2D" => wiring::cropping(builder, layer, value, 2),
        "Flatten" => wiring::flatten(builder, layer, value),
        "Reshape" => wiring::reshape(builder, layer, value),
        "Permute" => wiring::permute(layer, value),
        "RepeatVector" => wiring::repeat_vector(builder, layer, value),
        "Rescaling" => dense::rescaling(builder, layer, value),
        "Normalization" => dense::normalization(builder, layer, value),
        "Embedding" => dense::embedding(builder, layer, value),
        "SimpleRNN" | "LSTM" | "GRU" => recurrent::recurrent(builder, layer, value),
        "Bidirectional" => recurrent::bidirectional(builder, layer, value),
        "TimeDistributed" => time_distributed(builder, layer, value),
        "Dropout" | "SpatialDropout1D" | "SpatialDropout2D" | "GaussianDropout" | "GaussianNoise"
        | "AlphaDropout" | "SpatialDropout3D" | "ActivityRegularization" | "Identity" => {
            Ok(builder.elementwise(op("Identity"), value, &[]))
        }
        "Lambda" => Err(layer.fail(
            "holds Python code, which is not read; replace it by layers of Keras (`Multiply` and `Add` for x**2 + x), or export the model to ONNX (`model.export`)",
        )),
        class => operation::unary(builder, class, value).unwrap_or_else(|| Err(layer.fail(
            "is not a layer that is supported; replace it by others, or export the model to ONNX (`model.export`)",
        ))),
    }
}

/// `TimeDistributed` of layers that treat the places before the last axis alike.
fn time_distributed(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let inner = layer.wrapped("layer", "layer")?;
    // Keras 2 leaves the layer's name out of those of its weights; there is one layer.
    let inner = Layer { scope: layer.scope.part("layer", ""), ..inner };
    match inner.class {
        "Dense" => dense::dense(builder, &inner, value),
        "Activation" | "ReLU" | "LeakyReLU" | "ELU" | "Dropout" | "Identity" => {
            apply(builder, &inner, std::slice::from_ref(value), &Map::new())
        }
        class => Err(layer.fail(format!("of `{class}` is not supported, expected `Dense` or an activation"))),
    }
}
