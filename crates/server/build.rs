//! Tells cargo which files are embedded, so that new ones are noticed: macros see only those that were there.

fn main() {
    for folder in ["assets", "locales", "templates", "../../ui/dist"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
