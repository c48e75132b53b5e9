//! The table of ONNX operators: what is supported of each, and how it is read.

use super::{Argument, Lowering, Op};
use super::{
    activation, affine, attention, category, compare, conv, elementwise, features, gemm, index,
    normalization, pool, quantized, recurrent, reduce, resize, softmax, svm, top_k, tree, tree_ensemble,
    vector, wiring,
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
    "Add" "" elementwise::add;
    "And" "" compare::logic;
    "ArgMax" "" reduce::arg_max;
    "ArgMin" "" reduce::arg_max;
    "ArrayFeatureExtractor" "constant columns, or entries of a constant list" features::extractor;
    "Attention" "as many heads of keys as of queries, or one" attention::attention;
    "AveragePool" "1-D to 3-D" pool::pool;
    "BatchNormalization" "inference" affine::batch_normalization;
    "Binarizer" "" features::binarizer;
    "Cast" "between kinds of real numbers, to booleans, to integers of what is one already" elementwise::cast;
    "Celu" "by a table" activation::function;
    "Clip" "constant bounds" elementwise::clip;
    "Concat" "" wiring::concat;
    "Conv" "1-D to 3-D, constant weights" conv::conv;
    "ConvInteger" "constant weights" quantized::integer;
    "ConvTranspose" "1-D and 2-D, constant weights" conv::conv;
    "Cos" "by a table" activation::function;
    "CumSum" "constant axis" reduce::cum_sum;
    "DepthToSpace" "" wiring::blocks;
    "DequantizeLinear" "one scale, or one for each of an axis" quantized::dequantize;
    "Div" "by values above zero" elementwise::div;
    "Dropout" "inference: does nothing" elementwise::identity;
    "Einsum" "one or two inputs, without ellipsis" gemm::einsum;
    "Elu" "by a table" activation::function;
    "Equal" "" compare::compare;
    "Erf" "by a table" activation::function;
    "Exp" "by a table" activation::function;
    "Expand" "constant shape" wiring::expand;
    "FeatureVectorizer" "" features::vectorizer;
    "Flatten" "" wiring::reshape;
    "GRU" "constant weights, whole sequences" recurrent::recurrent;
    "Gather" "constant indices, or a constant table" wiring::gather;
    "GatherElements" "constant indices" wiring::gather;
    "GatherND" "constant indices" wiring::gather;
    "Gelu" "by a table" activation::function;
    "Gemm" "" gemm::gemm;
    "GlobalAveragePool" "" pool::global;
    "GlobalLpPool" "p of 1 or 2" pool::global;
    "GlobalMaxPool" "" pool::global;
    "Greater" "" compare::compare;
    "GreaterOrEqual" "" compare::compare;
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
    "Max" "" elementwise::extreme_of_all;
    "MaxPool" "1-D to 3-D" pool::pool;
    "Mean" "" elementwise::sum_of_all;
    "Min" "" elementwise::extreme_of_all;
    "Mish" "by a table" activation::function;
    "Mul" "" elementwise::mul;
    "Neg" "" elementwise::neg;
    "Normalizer" "" vector::normalizer;
    "Not" "" compare::logic;
    "OneHot" "constant depth and values" index::one_hot_node;
    "OneHotEncoder" "categories that are integers" category::one_hot_encoder;
    "Or" "" compare::logic;
    "PRelu" "constant slopes" activation::p_relu;
    "Pad" "constant pads, all modes" wiring::pad;
    "Pow" "constant integers, a half, or minus one of them" elementwise::pow;
    "QLinearConv" "constant weights and scales; rounds up at a half" quantized::q_linear;
    "QLinearMatMul" "constant scales; rounds up at a half" quantized::q_linear;
    "QuantizeLinear" "to integers of 4, 8 or 16 bits; rounds up at a half" quantized::quantize;
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
    "Resize" "nearest and linear" resize::resize;
    "RotaryEmbedding" "constant positions" attention::rotary;
    "SVMClassifier" "probabilities of two classes" svm::classifier;
    "SVMRegressor" "" svm::regressor;
    "Scaler" "" normalization::scaler;
    "Selu" "by a table" activation::function;
    "Sigmoid" "by a table" activation::function;
    "Sign" "" compare::sign;
    "Sin" "by a table" activation::function;
    "Slice" "constant bounds" wiring::slice;
    "Softmax" "at the end of a classifier, proven as the class, or with --raw as the logits; elsewhere by a table" softmax::softmax;
    "Softplus" "by a table" activation::function;
    "Softsign" "by a table" activation::function;
    "SpaceToDepth" "" wiring::blocks;
    "Split" "" wiring::split;
    "Sqrt" "of values that are not negative" elementwise::exact;
    "Squeeze" "" wiring::reshape;
    "Sub" "" elementwise::add;
    "Sum" "" elementwise::sum_of_all;
    "Swish" "by a table" activation::function;
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
    "Upsample" "nearest and linear" resize::resize;
    "Where" "" compare::select;
    "Xor" "" compare::logic;
    "ZipMap" "the scores in the order of the classes" elementwise::identity;
}

/// Operators that are computed when their inputs are constants, or only shapes.
pub const FOLDED: &str = "Besides these, on constants and shapes only: Constant, ConstantOfShape, Range, Shape, Size; If, by a constant condition; Scan, step by step. All others are computed in advance where their inputs are constants.";

/// Adds a node to the graph and returns its outputs.
///
/// # Errors
/// When the operator, an attribute or an input is not supported.
pub(crate) fn lower(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let operator = node.operator().to_owned();
    let Ok(row) = OPERATORS.binary_search_by(|row| row.name.cmp(&operator)) else {
        return Err(node.fail("is not supported; `tensorproof ops` lists what is"));
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
