//! Proves what a machine-learning model computed.
