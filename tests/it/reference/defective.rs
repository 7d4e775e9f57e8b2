//! The register of defects. That each shows itself is proven by the suite: see `defects.rs`.

use fobwatch::reference::DEFECTS;

#[test]
fn register_and_folder_agree() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/reference/defects");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of defects")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter_map(|name| name.strip_suffix(".rs").map(|stem| stem.replace('_', "-")))
        .filter(|name| name != "mod")
        .collect();
    files.sort();
    let names: Vec<&str> = DEFECTS.iter().map(|defect| defect.name).collect();
    assert_eq!(files, names);
    for defect in DEFECTS {
        assert!(!defect.breaks.is_empty() && defect.what.ends_with('.'), "{}", defect.name);
    }
}
