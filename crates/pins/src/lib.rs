//! One set of features for libraries that several rooms share, so that building one room compiles nothing twice.
