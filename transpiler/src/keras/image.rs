//! Layers on images: those that change sizes, and those that do nothing where a model is not trained.
//!
//! Source: `keras/src/layers/preprocessing/image_preprocessing` and `smart_resize` of `keras/src/utils/image_utils.py`.

use super::builder::{Builder, Value, ints, op};
use super::config::Layer;
use crate::error::Result;

/// Returns whether a layer augments what a model is trained on, and does nothing else.
pub(super) fn is_idle(class: &str) -> bool {
    matches!(
        class,
        "AugMix"
            | "CutMix"
            | "Equalization"
            | "MixUp"
            | "RandAugment"
            | "RandomBrightness"
            | "RandomColorDegeneration"
            | "RandomColorJitter"
            | "RandomContrast"
            | "RandomElasticTransform"
            | "RandomErasing"
            | "RandomFlip"
            | "RandomGaussianBlur"
            | "RandomGrayscale"
            | "RandomHue"
            | "RandomInvert"
            | "RandomPerspective"
            | "RandomPosterization"
            | "RandomRotation"
            | "RandomSaturation"
            | "RandomSharpness"
            | "RandomShear"
            | "RandomTranslation"
            | "RandomZoom"
            | "Solarization"
    )
}

/// `Resizing`.
pub(super) fn resizing(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    for key in ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"] {
        if layer.flag(key, false)? {
            return Err(layer.fail(format!("`{key}` is not supported; resize the images before the model")));
        }
    }
    let interpolation = layer.text("interpolation", "bilinear")?;
    resized(builder, layer, value, interpolation, [layer.size("height")?, layer.size("width")?])
}

/// Returns the axes of the channels and places first, and how long the places are.
fn places(layer: &Layer<'_>, value: &Value) -> Result<(Vec<usize>, [usize; 2])> {
    if value.rank() != 4 {
        return Err(layer.fail(format!("its input has {} axes, expected 4", value.rank())));
    }
    let order = layer.channels_first_order(4)?;
    let shape = value.shape();
    let lengths = [shape[order[2]], shape[order[3]]];
    Ok((order, lengths))
}

fn resized(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    interpolation: &str,
    [height, width]: [usize; 2],
) -> Result<Value> {
    let (order, _) = places(layer, value)?;
    let operator = match interpolation {
        "bilinear" => op("Resize").text("mode", "linear"),
        "nearest" => op("Resize").text("mode", "nearest").text("nearest_mode", "round_prefer_ceil"),
        other => {
            let reason =
                format!("`interpolation` `{other}` is not supported, expected `bilinear` or `nearest`");
            return Err(layer.fail(reason));
        }
    };
    let shape = value.shape();
    let stored = vec![shape[0], shape[order[1]], height, width];
    let name = builder.arrange(value, &order);
    let sizes = builder.ints("sizes", ints(&stored));
    let operator = operator.text("coordinate_transformation_mode", "half_pixel");
    let name = builder.node(operator, &[&name, "", "", &sizes]);
    builder.value(name, stored, &order)
}

/// `CenterCrop`: the middle of an image, or of a smaller one the largest middle of that form, resized.
pub(super) fn center_crop(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let (order, [height, width]) = places(layer, value)?;
    let target = [layer.size("height")?, layer.size("width")?];
    let middle = |builder: &mut Builder, kept: [usize; 2]| {
        let rows = (height - kept[0]) / 2;
        let columns = (width - kept[1]) / 2;
        let part = builder.part(value, order[2], rows, rows + kept[0])?;
        builder.part(&part, order[3], columns, columns + kept[1])
    };
    if height >= target[0] && width >= target[1] {
        return middle(builder, target);
    }
    let fitting = |length: usize, other: usize, own: usize, others: usize| {
        (other.saturating_mul(own) / others).min(length).max(1)
    };
    let kept = [fitting(height, width, target[0], target[1]), fitting(width, height, target[1], target[0])];
    let part = middle(builder, kept)?;
    resized(builder, layer, &part, "bilinear", target)
}
