//! Whether the processor has vector instructions for multiplying limbs.

/// The processor has AVX-512 IFMA: who has one of these has asked it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ifma(());

impl Ifma {
    /// Asks the processor. Work asks once and hands on the answer; without it, the same work is done one element at a time.
    pub(crate) fn detect() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma") {
            return Some(Self(()));
        }
        None
    }
}
