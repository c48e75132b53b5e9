//! What cannot be proven, and what to do instead.

/// Says what to do instead of an operator that stays refused.
pub(crate) fn instead_of(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "RandomNormal" | "RandomNormalLike" | "RandomUniform" | "RandomUniformLike" | "Bernoulli"
        | "Multinomial" => {
            "it draws random numbers, and a proof is of one computation: give the noise as an input of the model, or export the model without it (of a variational autoencoder, take the mean)"
        }
        "NonMaxSuppression" | "RoiAlign" | "MaxRoiPool" => {
            "it is what is done with a detector's results: cut the model before it (`onnx.utils.extract_model`), prove the boxes and scores, and do the rest outside"
        }
        "NonZero" | "Unique" => {
            "the shape of its output depends on the input's values, and a circuit has one shape: keep all places, and multiply by a mask or use `Where`"
        }
        "StringNormalizer" | "StringConcat" | "StringSplit" | "RegexFullMatch" | "TfIdfVectorizer" => {
            "text is no number: do this before the model, and give it the numbers"
        }
        "ImageDecoder" => "decode the image before, and give the model its pixels",
        "SequenceAt" | "SequenceConstruct" | "SequenceEmpty" | "SequenceErase" | "SequenceInsert"
        | "SequenceLength" | "SequenceMap" | "SplitToSequence" | "ConcatFromSequence" | "Optional"
        | "OptionalGetElement" | "OptionalHasElement" => {
            "sequences and optional values have no fixed shape: export the model with tensors (`Split` and `Concat`)"
        }
        "Adagrad" | "Adam" | "Momentum" | "Gradient" => "it trains the model: export the model for inference",
        _ => return None,
    })
}
