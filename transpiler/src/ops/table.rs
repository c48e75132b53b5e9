//! The table of ONNX operators: what is supported of each, and how it is read.

use super::refused::instead_of;
use super::{Argument, Lowering, Op};
use super::{
    activation, affine, arrange, attention, category, compare, contrib, conv, einsum, elementwise, features,
    gemm, grid_sample, index, integer, loss, normalization, pool, quantized, recurrent, reduce, resize,
    scatter, softmax, svm, top_k, tree, tree_ensemble, vector, wiring,
};
use crate::error::Result;
use crate::graph::EdgeId;

/// A row of the table of operators.
#[derive(Clone, Copy)]
pub struct OperatorRow {
    /// Its name in ONNX.
    pub name: &'static str,
    /// What of it is supported.
    pub notes: &'static str,
    /// Adds it to the graph and returns its outputs.
    pub(crate) lower: Lower,
}

type Lower = fn(&mut Lowering<'_>) -> Result<Vec<EdgeId>>;

impl std::fmt::Debug for OperatorRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! table {
    ($($name:literal $notes:literal $lower:path;)*) => {
        /// The operators that are supported on values that depend on the input, by name.
        pub const OPERATORS: &[OperatorRow] =
            &[$(OperatorRow { name: $name, notes: $notes, lower: $lower }),*];
    };
}

table! {
    "Abs" "" elementwise::abs;
    "Acos" "by a table, of values between -1 and 1" activation::function;
    "Acosh" "by a table, of values of at least 1" activation::function;
    "Add" "" elementwise::add;
    "AffineGrid" "" grid_sample::affine_grid;
    "And" "" compare::logic;
    "ArgMax" "" reduce::arg_max;
    "ArgMin" "" reduce::arg_max;
    "ArrayFeatureExtractor" "constant columns, or entries of a constant list" features::extractor;
    "Asin" "by a table, of values between -1 and 1" activation::function;
    "Asinh" "by a table" activation::function;
    "Atan" "by a table" activation::function;
    "Atanh" "by a table, of values between -1 and 1" activation::function;
    "Attention" "as many heads of keys as of queries, or one" attention::attention;
    "AveragePool" "1-D to 3-D" pool::pool;
    "BatchNormalization" "by its statistics, or by those of the batch when it is exported for training" affine::batch_normalization;
    "BiasGelu" "of com.microsoft" contrib::gelu;
    "Binarizer" "" features::binarizer;
    "BitShift" "of unsigned integers of up to 32 bits, by constants" integer::shift;
    "BitwiseAnd" "of integers of up to 32 bits" integer::bitwise;
    "BitwiseNot" "of integers of up to 32 bits, or signed ones" integer::complement;
    "BitwiseOr" "of integers of up to 32 bits" integer::bitwise;
    "BitwiseXor" "of integers of up to 32 bits" integer::bitwise;
    "Cast" "to integers by truncation; integers of up to 32 bits wrap around" integer::cast;
    "CastLike" "as Cast" integer::cast;
    "Ceil" "" integer::floor;
    "Celu" "by a table" activation::function;
    "CenterCropPad" "constant shape" arrange::center_crop_pad;
    "Clip" "constant bounds" elementwise::clip;
    "Col2Im" "" arrange::col2im;
    "Compress" "constant condition" integer::compress;
    "Concat" "" wiring::concat;
    "Conv" "1-D to 3-D, constant weights" conv::conv;
    "ConvInteger" "constant weights" quantized::integer;
    "ConvTranspose" "1-D to 3-D, constant weights" conv::conv;
    "Cos" "by a table" activation::function;
    "Cosh" "by a table" activation::function;
    "CumSum" "constant axis" reduce::cum_sum;
    "DepthToSpace" "" wiring::blocks;
    "DequantizeLinear" "one scale, or one for each of an axis" quantized::dequantize;
    "Div" "by what is not zero, and of integers" elementwise::div;
    "Dropout" "does nothing, also when it is exported for training" elementwise::dropout;
    "DynamicQuantizeLinear" "rounds up at a half; inputs that are all zero are not proven" quantized::dynamic;
    "DynamicQuantizeMatMul" "of com.microsoft" quantized::to_float;
    "Einsum" "" einsum::einsum;
    "Elu" "by a table" activation::function;
    "Equal" "" compare::compare;
    "Erf" "by a table" activation::function;
    "Exp" "by a table" activation::function;
    "Expand" "constant shape" wiring::expand;
    "FastGelu" "of com.microsoft" contrib::gelu;
    "FeatureVectorizer" "" features::vectorizer;
    "Flatten" "" wiring::reshape;
    "Floor" "" integer::floor;
    "FusedConv" "of com.microsoft, constant weights" contrib::fused;
    "FusedGemm" "of com.microsoft" contrib::fused;
    "FusedMatMul" "of com.microsoft" contrib::mat_mul;
    "GRU" "constant weights, whole sequences" recurrent::recurrent;
    "Gather" "" wiring::gather;
    "GatherElements" "" wiring::gather;
    "GatherND" "" wiring::gather;
    "Gelu" "by a table" activation::function;
    "Gemm" "" gemm::gemm;
    "GlobalAveragePool" "" pool::global;
    "GlobalLpPool" "p of 1 or 2" pool::global;
    "GlobalMaxPool" "" pool::global;
    "Greater" "" compare::compare;
    "GreaterOrEqual" "" compare::compare;
    "GridSample" "linear and nearest; cubic at a constant grid" grid_sample::grid_sample;
    "GroupNormalization" "" normalization::group;
    "HardSigmoid" "" activation::hard_sigmoid;
    "HardSwish" "" activation::hard_swish;
    "Hardmax" "" reduce::hardmax;
    "Identity" "" elementwise::identity;
    "Imputer" "an input is never NaN" features::imputer;
    "InstanceNormalization" "" normalization::group;
    "LRN" "by tables" normalization::lrn;
    "LSTM" "constant weights, whole sequences, no peepholes" recurrent::recurrent;
    "LabelEncoder" "of numbers, and of labels that the model gives" category::label_encoder;
    "LayerNormalization" "constant scale and bias" normalization::layer;
    "LeakyRelu" "" activation::leaky_relu;
    "Less" "" compare::compare;
    "LessOrEqual" "" compare::compare;
    "LinearClassifier" "" vector::classifier;
    "LinearRegressor" "" vector::regressor;
    "Log" "by a table, of values above zero" activation::function;
    "LogSoftmax" "as Softmax" softmax::softmax;
    "LpNormalization" "p of 1 or 2" normalization::lp;
    "LpPool" "p of 1 or 2" pool::pool;
    "MatMul" "" gemm::mat_mul;
    "MatMulInteger" "" quantized::integer;
    "MatMulIntegerToFloat" "of com.microsoft" quantized::to_float;
    "Max" "" elementwise::extreme_of_all;
    "MaxPool" "1-D to 3-D, with the indices too" pool::pool;
    "MaxUnpool" "constant indices" arrange::max_unpool;
    "Mean" "" elementwise::sum_of_all;
    "Min" "" elementwise::extreme_of_all;
    "Mish" "by a table" activation::function;
    "Mod" "by constants, or of integers" integer::modulo;
    "Mul" "" elementwise::mul;
    "Neg" "" elementwise::neg;
    "NegativeLogLikelihoodLoss" "`ignore_index` with constant labels" loss::negative_log_likelihood;
    "Normalizer" "" vector::normalizer;
    "Not" "" compare::logic;
    "OneHot" "constant depth and values" index::one_hot_node;
    "OneHotEncoder" "categories that are integers" category::one_hot_encoder;
    "Or" "" compare::logic;
    "PRelu" "constant slopes" activation::p_relu;
    "Pad" "constant pads, all modes" wiring::pad;
    "Pow" "constant integers, a half, or minus one of them" elementwise::pow;
    "QGemm" "of com.microsoft, constant scales; rounds up at a half" quantized::q_gemm;
    "QLinearAdd" "of com.microsoft, constant scales; rounds up at a half" quantized::q_linear_of_two;
    "QLinearConv" "constant weights and scales; rounds up at a half" quantized::q_linear;
    "QLinearMatMul" "constant scales; rounds up at a half" quantized::q_linear;
    "QLinearMul" "of com.microsoft, constant scales; rounds up at a half" quantized::q_linear_of_two;
    "QuantizeLinear" "to integers of 4, 8 or 16 bits; rounds up at a half" quantized::quantize;
    "QuickGelu" "of com.microsoft" contrib::gelu;
    "RMSNormalization" "constant scale" normalization::layer;
    "RNN" "constant weights, whole sequences" recurrent::recurrent;
    "Reciprocal" "of values above zero" elementwise::exact;
    "ReduceL1" "" reduce::reduce;
    "ReduceL2" "" reduce::reduce;
    "ReduceLogSum" "by a table" reduce::reduce;
    "ReduceLogSumExp" "by tables" reduce::reduce;
    "ReduceMax" "" reduce::reduce;
    "ReduceMean" "" reduce::reduce;
    "ReduceMin" "" reduce::reduce;
    "ReduceProd" "" reduce::reduce;
    "ReduceSum" "" reduce::reduce;
    "ReduceSumSquare" "" reduce::reduce;
    "Relu" "" activation::relu;
    "Reshape" "constant shape" wiring::reshape;
    "Resize" "nearest, linear and cubic" resize::resize;
    "ReverseSequence" "constant lengths" arrange::reverse_sequence;
    "RotaryEmbedding" "constant positions" attention::rotary;
    "Round" "half to even" integer::round;
    "SVMClassifier" "probabilities of two classes" svm::classifier;
    "SVMRegressor" "" svm::regressor;
    "Scaler" "" normalization::scaler;
    "Scatter" "as ScatterElements" scatter::scatter_elements;
    "ScatterElements" "all reductions at constant indices; none or add at others" scatter::scatter_elements;
    "ScatterND" "all reductions at constant indices; none or add at others" scatter::scatter_nd;
    "Selu" "by a table" activation::function;
    "Shrink" "" arrange::shrink;
    "Sigmoid" "by a table" activation::function;
    "Sign" "" compare::sign;
    "SimplifiedLayerNormalization" "of onnxruntime, constant scale" contrib::layer_norm;
    "Sin" "by a table" activation::function;
    "Sinh" "by a table" activation::function;
    "SkipLayerNormalization" "of com.microsoft, constant scale and bias" contrib::layer_norm;
    "SkipSimplifiedLayerNormalization" "of com.microsoft, constant scale" contrib::layer_norm;
    "Slice" "constant bounds" wiring::slice;
    "Softmax" "at the end of a classifier, proven as the class, or with --raw as the logits; elsewhere by a table" softmax::softmax;
    "SoftmaxCrossEntropyLoss" "`ignore_index` with constant labels" loss::cross_entropy;
    "Softplus" "by a table" activation::function;
    "Softsign" "by a table" activation::function;
    "SpaceToDepth" "" wiring::blocks;
    "Split" "" wiring::split;
    "Sqrt" "of values that are not negative" elementwise::exact;
    "Squeeze" "" wiring::reshape;
    "Sub" "" elementwise::add;
    "Sum" "" elementwise::sum_of_all;
    "Swish" "by a table" activation::function;
    "Tan" "by a table, between two poles" activation::function;
    "Tanh" "by a table" activation::function;
    "ThresholdedRelu" "" activation::thresholded_relu;
    "Tile" "constant repeats" wiring::tile;
    "TopK" "constant K; the first of equal ones first" top_k::top_k;
    "Transpose" "" wiring::transpose;
    "TreeEnsemble" "sums and averages" tree_ensemble::ensemble;
    "TreeEnsembleClassifier" "" tree::classifier;
    "TreeEnsembleRegressor" "" tree::regressor;
    "Trilu" "constant k" wiring::trilu;
    "Unsqueeze" "" wiring::reshape;
    "Upsample" "nearest, linear and cubic" resize::resize;
    "Where" "" compare::select;
    "Xor" "" compare::logic;
    "ZipMap" "the scores in the order of the classes" elementwise::identity;
}

/// Operators that are computed when their inputs are constants, or only shapes.
pub const FOLDED: &str = "Besides these, on constants and shapes only: Constant, ConstantOfShape, Range, Shape, Size; EyeLike, NonZero, Unique, IsNaN, IsInf, HannWindow, HammingWindow, BlackmanWindow. If, by a constant condition or in both branches; Loop and Scan, step by step; functions of the model's own, inlined. All others are computed in advance where their inputs are constants.";

/// Adds a node to the graph and returns its outputs.
///
/// # Errors
/// When the operator, an attribute or an input is not supported.
pub(crate) fn lower(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let operator = node.operator().to_owned();
    let Ok(row) = OPERATORS.binary_search_by(|row| row.name.cmp(&operator)) else {
        let reason = match instead_of(&operator) {
            Some(instead) => format!("is not supported: {instead}; `tensorproof ops` lists what is"),
            None => "is not supported; `tensorproof ops` lists what is".to_owned(),
        };
        return Err(node.fail(&reason));
    };
    let outputs = (OPERATORS[row].lower)(node)?;
    // A node that only passes its input on has an edge of its own, which its output's name may be given to.
    let inputs: Vec<EdgeId> = node
        .arguments
        .iter()
        .filter_map(|argument| if let Argument::Edge(edge) = argument { Some(*edge) } else { None })
        .collect();
    let name = node.attributes.node.name.clone();
    if let Some(last) =
        outputs.first().and_then(|output| node.graph.nodes.iter_mut().rfind(|node| node.output == *output))
    {
        last.name = name;
    }
    outputs
        .into_iter()
        .map(|edge| if inputs.contains(&edge) { node.add(Op::Identity, &[edge]) } else { Ok(edge) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_in_the_order_of_their_names() {
        assert!(OPERATORS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
