//! Addresses that pages are given by the settings of a course.

/// Returns whether a site can stand at an address: nothing in it is read in two ways, so that what is written below it stays there.
pub(super) fn is_base(url: &str) -> bool {
    let Some((host, path)) = split(url, &['/']) else { return false };
    let segments: Vec<&str> =
        path.strip_prefix('/').unwrap_or(path).trim_end_matches('/').split('/').collect();
    let is_one = |segment: &&str| {
        !matches!(*segment, "" | "." | "..")
            && segment.chars().all(|letter| letter.is_alphanumeric() || "-._~%!$()*+,=@".contains(letter))
    };
    is_host(host) && !path.ends_with("//") && (segments == [""] || segments.iter().all(is_one))
}

/// Returns whether an address, in which `{path}` may stand for a file, is one on the web.
pub(super) fn is_pattern(url: &str) -> bool {
    let Some((host, rest)) = split(url, &['/', '?', '#']) else { return false };
    let rest = rest.replace("{path}", "");
    is_host(host)
        && rest.chars().all(|letter| letter.is_alphanumeric() || "-._~%!$&()*+,;=:@/?#".contains(letter))
}

/// Returns the host of an address on the web, and what comes after it.
fn split<'u>(url: &'u str, ends: &[char]) -> Option<(&'u str, &'u str)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    Some(rest.split_at(rest.find(ends).unwrap_or(rest.len())))
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'))
    };
    name.split('.').all(is_label) && !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_stands_at_an_address_that_is_read_in_one_way() {
        for url in [
            "https://me.org",
            "http://localhost:8000/",
            "https://me.github.io/a-course/v1.2",
            "https://münchen.example/kurs/",
            "https://me.org/a%20b/",
        ] {
            assert!(is_base(url), "{url}");
        }
        for url in [
            "https://me.org//evil.example/",
            "https://me.org/a//b",
            "https://me.org//",
            "https://me.org/a b/",
            "https://me.org/\\evil.example/",
            "https://me.org\\.evil.example/",
            "https://me.org@evil.example/",
            "https://me.org/../a/",
            "https://me.org/a?b",
            "https://me.org/a#b",
            "https://me.org/\"><script>",
            "https://me.org/\t/evil.example",
            "https://",
            "https:///a",
            "https://me.org:x/",
            "javascript:alert(1)",
            "//me.org/",
            "ftp://me.org/",
        ] {
            assert!(!is_base(url), "{url}");
        }
    }

    #[test]
    fn sources_stand_at_an_address_with_a_place_for_the_file() {
        assert!(is_pattern("https://me.org/edit?file={path}&x=1#end"));
        assert!(is_pattern("https://github.com/me/course.git"));
        for url in [
            "https://me.org/{other}",
            "https://me.org/a b",
            "https://u:p@me.org/",
            "javascript:x",
            "https://?a",
        ] {
            assert!(!is_pattern(url), "{url}");
        }
    }
}
