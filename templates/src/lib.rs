//! The circom template library, embedded: machine-learning layers and the arithmetic they stand on.
