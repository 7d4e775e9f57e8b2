//! The pages, as templates that escape by default.

use minijinja::value::Value;
use minijinja::{Environment, context};
use std::sync::LazyLock;

/// Every template by name; the ending says how to escape.
static SOURCES: [(&str, &str); 12] = [
    ("activation_desktop.html", include_str!("activation_desktop.html")),
    ("activation_mobile.html", include_str!("activation_mobile.html")),
    ("cancel.html", include_str!("cancel.html")),
    ("certificate.html", include_str!("certificate.html")),
    ("code.html", include_str!("code.html")),
    ("congratulations.html", include_str!("congratulations.html")),
    ("frame.html", include_str!("frame.html")),
    ("home.html", include_str!("home.html")),
    ("mail.html", include_str!("mail.html")),
    ("set_up.html", include_str!("set_up.html")),
    ("sign_in.html", include_str!("sign_in.html")),
    ("token.html", include_str!("token.html")),
];

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in SOURCES {
        #[allow(clippy::expect_used, reason = "the templates are part of the program")]
        environment.add_template(name, source).expect("a template of ours parses");
    }
    environment
});

/// The HTML part of a mail.
pub(super) fn mail(title: &str, paragraphs: &[&str]) -> String {
    let paragraphs: Value = paragraphs.iter().copied().collect();
    rendered("mail.html", context! { title, paragraphs })
}

/// The page called `name` with `values` in it.
pub(super) fn rendered(name: &str, values: Value) -> String {
    #[allow(clippy::expect_used, reason = "the templates are part of the program")]
    let template = TEMPLATES.get_template(name).expect("each page has a template");
    #[allow(clippy::expect_used, reason = "templates only read values; undefined ones are empty")]
    template.render(values).expect("a page renders")
}
