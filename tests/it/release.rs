//! What has to be said alike of a release: its version, and the files that recipes and workflows name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every version that stands after one of the marks in a text.
fn versions<'a>(text: &'a str, marks: &[&str]) -> Vec<&'a str> {
    let after = |mark: &&str| {
        text.match_indices(*mark).map(|(at, mark)| &text[at + mark.len()..]).collect::<Vec<_>>()
    };
    let all = marks.iter().flat_map(after);
    all.map(|rest| {
        rest.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap().trim_end_matches('.')
    })
    .collect()
}

#[test]
fn all_speak_of_the_same_version() {
    let version = env!("CARGO_PKG_VERSION");
    for (path, marks, least) in [
        (
            "Cargo.toml",
            &[
                "gradbook-engine = { path = \"engine\", version = \"",
                "gradbook-lab = { path = \"lab\", version = \"",
            ][..],
            2,
        ),
        ("lab/Cargo.toml", &["path = \"../engine\", version = \""], 1),
        ("action.yml", &["description: The version of gradbook, one of its releases\n    default: "], 1),
        ("editors/vscode/package.json", &["\"version\": \""], 1),
        ("editors/README.md", &["--install-extension gradbook-"], 1),
        ("docs/publishing.md", &["gradbook==", "gradbook/gradbook@v", "cargo install --locked gradbook@"], 4),
    ] {
        let text = text(path);
        let found = versions(&text, marks);
        assert!(found.len() >= least, "{path}: {found:?}");
        assert!(found.iter().all(|found| *found == version), "{path}: {found:?}");
    }
}

#[test]
fn every_action_is_pinned_by_a_commit_and_everywhere_by_the_same() {
    let mut pins = BTreeMap::new();
    for path in [
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
        "action.yml",
        "src/cli/new/course/site.yml",
        "docs/publishing.md",
    ] {
        let text = text(path);
        // Our own has no commit before there is a release.
        let uses = text.split("uses: ").skip(1).map(|rest| rest.split([' ', '\n', '}']).next().unwrap());
        for action in uses.filter(|action| !action.starts_with("gradbook/gradbook@v")) {
            let (name, pin) = action.split_once('@').unwrap_or_else(|| panic!("{path}: {action}"));
            let known = pins.entry(name.to_owned()).or_insert_with(|| pin.to_owned());
            assert_eq!(known, pin, "{path}: {name} is an older or a newer one than elsewhere");
            assert!(pin.len() == 40 && pin.bytes().all(|b| b.is_ascii_hexdigit()), "{path}: {action}");
        }
    }
}

/// The steps of the action are shell: the one that checks is run as GitHub would run it.
#[cfg(unix)]
#[test]
fn the_action_checks_a_course_and_ends_where_it_is_at_fault() {
    use std::process::Command;

    let action = text("action.yml");
    let (_, step) = action.split_once("- name: Check the course\n").unwrap();
    let (_, script) = step.split_once("      run: |\n").unwrap();
    let script: String = script
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with("        "))
        .map(|line| format!("{}\n", line.trim_start()))
        .collect();
    let bin = Path::new(env!("CARGO_BIN_EXE_gradbook")).parent().unwrap();
    for (body, untrusted, status) in
        [("Good.", "true", "0"), ("Good.", "false", "0"), ("[dead](b.md)", "true", "1")]
    {
        let course = crate::course::Course::with("a.md", body);
        let run = Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", &script])
            .current_dir(course.path(""))
            .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()))
            .env("RUNNER_TEMP", course.path(""))
            .env("GITHUB_OUTPUT", course.path("outputs"))
            .env("GITHUB_STEP_SUMMARY", course.path("shown.md"))
            .envs([
                ("LESSONS", "lessons"),
                ("UNTRUSTED", untrusted),
                ("LIMITS", ""),
                ("ARGUMENTS", "--strict"),
            ])
            .env("GRADBOOK_CACHE_KEY", crate::course::SECRET)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(course.text("outputs"), format!("status={status}\n"), "{body}: {said}");
        assert_eq!(said.contains("::error file=lessons/a.md"), status == "1", "{said}");
        assert!(!course.text("shown.md").is_empty());
        assert_eq!(
            course.path("lessons/.gradbook").exists(),
            untrusted == "false",
            "a stranger keeps nothing"
        );
    }
}
