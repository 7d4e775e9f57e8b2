//! The pages, as templates that escape by default.

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, Output, State, context, escape_formatter};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Every template by name; the ending says how to escape.
static SOURCES: [(&str, &str); 14] = [
    ("activation_authenticator.html", include_str!("activation_authenticator.html")),
    ("activation_desktop.html", include_str!("activation_desktop.html")),
    ("activation_mobile.html", include_str!("activation_mobile.html")),
    ("cancel.html", include_str!("cancel.html")),
    ("certificate.html", include_str!("certificate.html")),
    ("code.html", include_str!("code.html")),
    ("congratulations.html", include_str!("congratulations.html")),
    ("frame.html", include_str!("frame.html")),
    ("home.html", include_str!("home.html")),
    ("mail.html", include_str!("mail.html")),
    ("push.html", include_str!("push.html")),
    ("set_up.html", include_str!("set_up.html")),
    ("sign_in.html", include_str!("sign_in.html")),
    ("token.html", include_str!("token.html")),
];

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_formatter(escaped);
    for (name, source) in SOURCES {
        #[allow(clippy::expect_used, reason = "the templates are part of the program")]
        environment.add_template(name, source).expect("a template of ours parses");
    }
    environment
});

/// Escapes what HTML needs in text and quoted attributes, and leaves `/` as it is: addresses and
/// certificates can then be read from the source too, as simple test programs do.
fn escaped(output: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let is_plain = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    let text = value.as_str().filter(|_| is_plain);
    let Some(text) = text else { return escape_formatter(output, state, value) };
    for character in text.chars() {
        match character {
            '&' => output.write_str("&amp;")?,
            '<' => output.write_str("&lt;")?,
            '>' => output.write_str("&gt;")?,
            '"' => output.write_str("&quot;")?,
            '\'' => output.write_str("&#39;")?,
            other => output.write_char(other)?,
        }
    }
    Ok(())
}

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

#[cfg(test)]
mod tests {
    use super::{SOURCES, mail};
    use std::path::Path;

    #[test]
    fn what_a_person_or_operator_writes_stays_text() {
        let html = mail("<script>", &["a & b", "\"quoted\" 'twice'/"]);
        assert!(html.contains("<title>&lt;script&gt;</title>"), "{html}");
        assert!(html.contains("<p>a &amp; b</p>"), "{html}");
        assert!(html.contains("<p>&quot;quoted&quot; &#39;twice&#39;/</p>"), "{html}");
    }

    #[test]
    fn register_and_folder_agree() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/reference/pages");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder of pages")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .filter(|name| name != "mod.rs")
            .collect();
        files.sort();
        assert_eq!(files, SOURCES.map(|(name, _)| name));
    }
}
