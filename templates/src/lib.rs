//! The circom template library, embedded: machine-learning layers, the arithmetic they stand on, and
//! cryptography.
//!
//! Circuits include a template by its path, `include "tensorproof/nn/dense.circom";`. With stock circom, give this
//! crate's folder as library: `circom -l templates`.

use std::collections::BTreeSet;

macro_rules! library {
    ($($path:literal),* $(,)?) => {
        /// Path and text of every file of the library, in the order of the paths.
        pub const FILES: &[(&str, &str)] = &[
            $((concat!("tensorproof/", $path), include_str!(concat!("../tensorproof/", $path)))),*
        ];
    };
}

library! {
    "arith/clamp.circom",
    "arith/floor_divide.circom",
    "arith/is_less.circom",
    "arith/is_non_negative.circom",
    "arith/is_zero.circom",
    "arith/look_up.circom",
    "arith/max.circom",
    "arith/min.circom",
    "arith/one_hot.circom",
    "arith/range.circom",
    "arith/reciprocal.circom",
    "arith/rescale.circom",
    "arith/select.circom",
    "arith/signed_range.circom",
    "arith/square_root.circom",
    "arith/to_bits.circom",
    "crypto/baby_double.circom",
    "crypto/baby_ecdh.circom",
    "crypto/baby_in_subgroup.circom",
    "crypto/baby_multiple.circom",
    "crypto/baby_on_curve.circom",
    "crypto/baby_public_key.circom",
    "crypto/baby_sum.circom",
    "crypto/cid.circom",
    "crypto/cid_bytes.circom",
    "crypto/commitment.circom",
    "crypto/decrypt_bits.circom",
    "crypto/decrypt_poseidon.circom",
    "crypto/eddsa_poseidon.circom",
    "crypto/encrypt_bits.circom",
    "crypto/encrypt_for.circom",
    "crypto/encrypt_poseidon.circom",
    "crypto/keccak256_bits.circom",
    "crypto/keccak256_bytes.circom",
    "crypto/keccak256_message.circom",
    "crypto/keccak_block.circom",
    "crypto/merkle_path.circom",
    "crypto/mimc7.circom",
    "crypto/mimc_constants.circom",
    "crypto/mimc_feistel.circom",
    "crypto/mimc_sponge.circom",
    "crypto/multi_mimc7.circom",
    "crypto/pack.circom",
    "crypto/poseidon.circom",
    "crypto/poseidon_constants.circom",
    "crypto/poseidon_permutation.circom",
    "crypto/poseidon_rounds.circom",
    "crypto/poseidon_sponge.circom",
    "crypto/public_digest.circom",
    "crypto/sha256_bits.circom",
    "crypto/sha256_bytes.circom",
    "crypto/sha256_compression.circom",
    "crypto/sha256_message.circom",
    "crypto/test_set_root.circom",
    "nn/accuracy.circom",
    "nn/accuracy_at_least.circom",
    "nn/arg_max.circom",
    "nn/batch_norm.circom",
    "nn/batch_norm_fixed.circom",
    "nn/clip.circom",
    "nn/clip_rescale.circom",
    "nn/conv1d.circom",
    "nn/conv1d_fixed.circom",
    "nn/conv2d.circom",
    "nn/conv2d_fixed.circom",
    "nn/conv2d_tiled.circom",
    "nn/conv_transpose2d.circom",
    "nn/conv_transpose2d_fixed.circom",
    "nn/dense.circom",
    "nn/dense_fixed.circom",
    "nn/depthwise_conv2d.circom",
    "nn/depthwise_conv2d_fixed.circom",
    "nn/flatten.circom",
    "nn/layer_norm.circom",
    "nn/leaky_relu.circom",
    "nn/leaky_relu_rescale.circom",
    "nn/lora.circom",
    "nn/mat_mul.circom",
    "nn/max_pool2d.circom",
    "nn/mul.circom",
    "nn/piecewise_linear.circom",
    "nn/pointwise_conv2d.circom",
    "nn/pointwise_conv2d_fixed.circom",
    "nn/poly.circom",
    "nn/polynomial.circom",
    "nn/prelu.circom",
    "nn/reduce_max.circom",
    "nn/reduce_sum.circom",
    "nn/relu.circom",
    "nn/relu_divide.circom",
    "nn/relu_rescale.circom",
    "nn/separable_conv2d.circom",
    "nn/separable_conv2d_fixed.circom",
    "nn/softmax.circom",
    "nn/sum.circom",
    "nn/sum_pool2d.circom",
    "nn/up_sample2d.circom",
}

/// Returns the text of a file of the library.
pub fn file(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(known, _)| *known == path).map(|(_, text)| *text)
}

/// Returns the files that `paths` need, themselves and what they include, in the order of the paths.
pub fn closure<'p>(paths: impl IntoIterator<Item = &'p str>) -> Vec<(&'static str, &'static str)> {
    let mut open: Vec<String> = paths.into_iter().map(str::to_owned).collect();
    let mut needed = BTreeSet::new();
    while let Some(path) = open.pop() {
        let Some((known, text)) = FILES.iter().find(|(known, _)| *known == path) else {
            continue;
        };
        if needed.insert(*known) {
            open.extend(includes(text).map(|include| beside(known, include)));
        }
    }
    FILES.iter().filter(|(path, _)| needed.contains(path)).copied().collect()
}

fn includes(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("include \"")?.strip_suffix("\";"))
}

/// Returns an included path, which is relative to the including file, relative to the library.
fn beside(path: &str, include: &str) -> String {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    for part in include.split('/') {
        if part == ".." {
            folders.pop();
        } else {
            folders.push(part);
        }
    }
    folders.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_every_file_of_the_folder() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tensorproof");
        let mut on_disk = Vec::new();
        for folder in ["arith", "crypto", "nn"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                on_disk.push(format!("tensorproof/{folder}/{name}"));
            }
        }
        on_disk.sort();
        let embedded: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        assert_eq!(on_disk, embedded);
    }

    #[test]
    fn closure_follows_includes() {
        let paths: Vec<&str> =
            closure(["tensorproof/nn/max_pool2d.circom"]).iter().map(|(path, _)| *path).collect();
        assert_eq!(
            paths,
            [
                "tensorproof/arith/max.circom",
                "tensorproof/arith/to_bits.circom",
                "tensorproof/nn/max_pool2d.circom"
            ]
        );
    }
}
