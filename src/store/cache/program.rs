//! Which program this is: a hash over its file, remembered as long as the file looks the same.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{Cache, FileStamp, Key, PROGRAMS, Sum};

#[derive(Serialize, Deserialize)]
struct Remembered {
    at: SystemTime,
    stamp: FileStamp,
    sum: Sum,
}

impl Cache {
    /// Returns a hash over the program that runs; none where its file cannot be read, or nothing is kept.
    pub fn program(&self) -> Option<Sum> {
        self.place.as_ref()?;
        *self.program.get_or_init(|| self.sum_of_program(&std::env::current_exe().ok()?))
    }

    fn sum_of_program(&self, file: &Path) -> Option<Sum> {
        let file = fs::canonicalize(file).ok()?;
        let key = Key::named(&["program", &file.to_string_lossy()]);
        let stamp = FileStamp::at(&file).ok()?;
        let remembered = self.read::<Remembered>(PROGRAMS, &key);
        let trusted = |known: &Remembered| known.stamp == stamp && !known.stamp.is_younger_than(known.at);
        if let Some(known) = remembered.filter(trusted) {
            return Some(known.sum);
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(&file).ok()?).ok()?;
        let sum = Sum(*hasher.finalize().as_bytes());
        self.keep(PROGRAMS, &key, &Remembered { at: SystemTime::now(), stamp, sum });
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn another_program_has_another_sum_though_it_is_as_large() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("cache"), 1 << 20);
        let file = folder.path().join("program");
        let write = |text: &str, hours: u64| {
            fs::write(&file, text).unwrap();
            let time = SystemTime::now() - Duration::from_secs(hours * 3600);
            File::options().append(true).open(&file).unwrap().set_modified(time).unwrap();
            let sum = cache.sum_of_program(&file).unwrap();
            assert_eq!(sum, Sum::of(text.as_bytes()));
            assert_eq!(cache.sum_of_program(&file), Some(sum), "remembered");
        };
        write("one", 2);
        write("two", 1);
        // Just built, and built again in the same tick.
        write("one", 0);
        write("two", 0);
        assert_eq!(Cache::none().sum_of_program(&file), Some(Sum::of(b"two")));
        assert_eq!(cache.sum_of_program(&folder.path().join("none")), None);
        assert_eq!(cache.damaged(), 0);
    }
}
