//! A circom 2 compiler: source text to rank-1 constraints, symbols and a witness program.
