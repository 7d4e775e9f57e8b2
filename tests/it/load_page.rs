//! The page of a load, as a browser and a careful reader would take it.

use roxmltree::Document;

/// The pictures of a page.
pub(crate) fn pictures(page: &str) -> Vec<String> {
    let parts = page.split("<svg").skip(1);
    parts
        .map(|part| format!("<svg{}</svg>", part.split("</svg>").next().expect("an end")))
        .collect()
}

/// What its pictures are called; each of them has something drawn in it.
pub(crate) fn titles(page: &str) -> Vec<String> {
    let title = |picture: &String| {
        let svg = Document::parse(picture).expect(picture);
        let root = svg.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        assert!(
            root.descendants()
                .any(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "path"))
                    || node.attribute("class").is_some_and(|class| class.starts_with("heat")))
        );
        root.attribute("aria-label").expect("a name").to_owned()
    };
    pictures(page).iter().map(title).collect()
}

/// It is one whole page that loads nothing from anywhere and runs nothing.
pub(crate) fn assert_self_contained(page: &str) {
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    for foreign in ["<script", "<link", "<img", "@import", "url(", "src=", "href="] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let addresses = page.matches("http").count();
    let names = page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count();
    let policy = page.matches("http-equiv").count();
    assert_eq!(addresses, names + policy, "no address but the name of SVG");
}
