//! The table of layers.

use super::builder::{Builder, Value, op};
use super::config::Layer;
use super::inputs::Inputs;
use super::mask::{self, Tensor};
use super::{activation, attention, category, convolution, dense, einsum, image, recurrent, wiring};
use crate::error::Result;

/// Translates a call of a layer.
pub(super) fn apply(builder: &mut Builder, layer: &Layer<'_>, inputs: &Inputs<'_>) -> Result<Vec<Tensor>> {
    inputs.check(layer)?;
    let tensors = inputs.tensors();
    if !layer.is_custom
        && let Some(outputs) = of_several(builder, layer, inputs, &tensors)?
    {
        return Ok(outputs);
    }
    let [tensor] = tensors.as_slice() else {
        return Err(layer.fail(format!("has {} inputs, expected 1", tensors.len())));
    };
    let value = &tensor.value;
    if value.rank() == 0 {
        return Err(layer.fail("its input has no axes"));
    }
    let mask = match inputs.value_of(layer, "mask")? {
        Some(mask) => Some(mask),
        None => tensor.mask(),
    };
    if !layer.is_custom {
        match (layer.class, &mask) {
            ("Masking", _) => return Ok(vec![mask::masking(builder, layer, value)?]),
            ("Embedding", _) => return Ok(vec![dense::embedding(builder, layer, value)?]),
            ("GlobalAveragePooling1D", Some(mask)) => {
                let result = convolution::masked_average(builder, layer, value, mask)?;
                return Ok(vec![Tensor::new(result, None)]);
            }
            ("Softmax", Some(bits)) => {
                let result = activation::masked_softmax(builder, layer, value, bits)?;
                return Ok(vec![Tensor::new(result, mask)]);
            }
            (class, _) if is_idle(class) => {
                return Ok(vec![tensor.alias(builder.elementwise(op("Identity"), value, &[]))]);
            }
            _ => {}
        }
    }
    let result = match activation::layer_value(builder, layer, value)? {
        Some(result) => result,
        None => single(builder, layer, value)?,
    };
    if result.name() == value.name() && keeps_mask(layer) {
        return Ok(vec![tensor.alias(result)]);
    }
    Ok(vec![Tensor::new(result, mask.filter(|_| keeps_mask(layer)))])
}

/// Translates the layers that take several tensors, or give several; `None` when it is another.
fn of_several(
    builder: &mut Builder,
    layer: &Layer<'_>,
    inputs: &Inputs<'_>,
    tensors: &[Tensor],
) -> Result<Option<Vec<Tensor>>> {
    let values: Vec<Value> = tensors.iter().map(|tensor| tensor.value.clone()).collect();
    let masks = || -> Vec<Option<Value>> { tensors.iter().map(Tensor::mask).collect() };
    let one = |value: Value, mask: Option<Value>| Ok(Some(vec![Tensor::new(value, mask)]));
    match layer.class {
        "Add" | "Subtract" | "Multiply" | "Average" | "Maximum" | "Minimum" => {
            let result = wiring::merge(builder, layer, &values)?;
            let mask = mask::merged(builder, layer, &masks())?;
            one(result, mask)
        }
        "Concatenate" => {
            let (result, axis) = wiring::concatenate(builder, layer, &values)?;
            let mask = mask::concatenated(builder, layer, &values, &masks(), axis)?;
            one(result, mask)
        }
        "Dot" => one(wiring::dot(builder, layer, &values)?, None),
        "MultiHeadAttention" | "GroupQueryAttention" | "GroupedQueryAttention" => {
            attention::multi_head(builder, layer, inputs).map(Some)
        }
        "Attention" | "AdditiveAttention" => attention::scored(builder, layer, inputs).map(Some),
        "CategoryEncoding" => {
            let weights = inputs.value_of(layer, "count_weights")?;
            one(category::encoding(builder, layer, &values, weights.as_ref())?, None)
        }
        class if recurrent::is_recurrent(class) => recurrent::recurrent(builder, layer, inputs).map(Some),
        _ => Ok(None),
    }
}

/// Returns whether a layer hands the mask of its input on.
fn keeps_mask(layer: &Layer<'_>) -> bool {
    !layer.is_custom
        && matches!(
            layer.class,
            "Dense"
                | "Activation"
                | "ReLU"
                | "LeakyReLU"
                | "PReLU"
                | "ELU"
                | "Softmax"
                | "BatchNormalization"
                | "LayerNormalization"
                | "GroupNormalization"
                | "UnitNormalization"
                | "Rescaling"
                | "Normalization"
        )
}

/// Returns whether a layer does nothing where a model is not trained.
fn is_idle(class: &str) -> bool {
    matches!(
        class,
        "Dropout"
            | "SpatialDropout1D"
            | "SpatialDropout2D"
            | "SpatialDropout3D"
            | "GaussianDropout"
            | "GaussianNoise"
            | "AlphaDropout"
            | "ActivityRegularization"
            | "Identity"
    ) || image::is_idle(class)
}

/// Returns a class without its number of dimensions, and that number: `Conv2DTranspose` to `ConvTranspose` and 2.
fn dimensions(class: &str) -> (String, usize) {
    for (digits, places) in [("1D", 1), ("2D", 2), ("3D", 3)] {
        if class.contains(digits) {
            return (class.replacen(digits, "", 1), places);
        }
    }
    (class.to_owned(), 0)
}

fn single(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let (base, places) = dimensions(layer.class);
    match (base.as_str(), places) {
        ("Conv", 1..) => return convolution::conv(builder, layer, value, places),
        ("DepthwiseConv", 1 | 2) => return convolution::depthwise(builder, layer, value, places),
        ("SeparableConv", 1 | 2) => return convolution::separable(builder, layer, value, places),
        ("ConvTranspose", 1..) => return convolution::transposed(builder, layer, value, places),
        ("MaxPooling", 1..) => return convolution::pool(builder, layer, value, "MaxPool", places),
        ("AveragePooling", 1..) => return convolution::pool(builder, layer, value, "AveragePool", places),
        ("GlobalMaxPooling", 1..) => {
            return convolution::global_pool(builder, layer, value, "GlobalMaxPool", places);
        }
        ("GlobalAveragePooling", 1..) => {
            return convolution::global_pool(builder, layer, value, "GlobalAveragePool", places);
        }
        ("AdaptiveMaxPooling", 1..) => {
            return convolution::adaptive_pool(builder, layer, value, "ReduceMax", places);
        }
        ("AdaptiveAveragePooling", 1..) => {
            return convolution::adaptive_pool(builder, layer, value, "ReduceMean", places);
        }
        // `UpSampling1D` has no `data_format`: the channels come last.
        ("UpSampling", 1..) => return convolution::up_sampling(builder, layer, value, places),
        ("ZeroPadding", 1..) => return wiring::zero_padding(builder, layer, value, places),
        ("Cropping", 1..) => return wiring::cropping(builder, layer, value, places),
        _ => {}
    }
    match layer.class {
        "Dense" => dense::dense(builder, layer, value),
        "EinsumDense" => einsum::einsum_dense(builder, layer, value),
        "BatchNormalization" | "GroupNormalization" => {
            convolution::channel_normalization(builder, layer, value)
        }
        "LayerNormalization" | "RMSNormalization" => dense::layer_normalization(builder, layer, value),
        "UnitNormalization" => dense::unit_normalization(builder, layer, value),
        "Flatten" => wiring::flatten(builder, layer, value),
        "Reshape" => wiring::reshape(builder, layer, value),
        "Permute" => wiring::permute(layer, value),
        "RepeatVector" => wiring::repeat_vector(builder, layer, value),
        "Rescaling" => dense::rescaling(builder, layer, value),
        "Normalization" => dense::normalization(builder, layer, value),
        "Resizing" => image::resizing(builder, layer, value),
        "CenterCrop" => image::center_crop(builder, layer, value),
        "IntegerLookup" => category::integer_lookup(builder, layer, value),
        "Discretization" => category::discretization(builder, layer, value),
        _ => Err(layer.fail(refusal(layer.class))),
    }
}

/// Returns why a layer is not translated, and what to do instead.
fn refusal(class: &str) -> &'static str {
    match class {
        "Lambda" => {
            "holds Python code, which is not read; replace it by layers of Keras. For `Lambda(lambda x: x**2 + x)`: `square = keras.layers.Multiply()([x, x])`, then `x = keras.layers.Add()([square, x])`. Or export the model to ONNX (`model.export`)"
        }
        "StringLookup" | "TextVectorization" | "Hashing" | "HashedCrossing" => {
            "works on text or hashes, which are not proven; apply it before the model, and give the model its indices"
        }
        "MelSpectrogram" | "STFTSpectrogram" => {
            "makes spectrograms, which is not supported; compute them before the model"
        }
        "AutoContrast" | "CLAHE" | "MaxNumBoundingBoxes" | "RandomCrop" => {
            "works on images as data, which is not supported; apply it before the model"
        }
        _ => {
            "is not a layer that is supported; replace it by others, or export the model to ONNX (`model.export`)"
        }
    }
}
