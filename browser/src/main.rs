//! The module of pages that compute: what the library exports. It alone is compiled for speed, since whoever links decides whether
//! loops become vectors; all that it links is small, but for what is marked to be fast.

#![no_main]

use gradbook_browser as _;
