//! Icons: line drawings on a 24 px grid that take the colour of the text beside them.
//!
//! They never stand alone: a word or an accessible name is always next to them, so each is hidden from assistive technology.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Activity,
    Gauge,
    Alarm,
    Archive,
    Arrow,
    Check,
    ChevronDown,
    ChevronLeft,
    ChevronRight,
    Clock,
    Cluster,
    Columns,
    Cross,
    Disk,
    Download,
    Filter,
    Folder,
    Gear,
    Home,
    Host,
    Key,
    Lock,
    Logo,
    Menu,
    Minus,
    Moon,
    Network,
    Off,
    Pause,
    Pencil,
    Plug,
    Plus,
    Question,
    Rows,
    Search,
    Shield,
    SignOut,
    Snapshot,
    Sort,
    Sync,
    Trash,
    User,
    Vm,
    Warning,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Activity => "M3 12h4l3-8 4 16 3-8h4",
            Self::Gauge => "M4 18a9 9 0 1 1 16 0M12 14l4-5",
            Self::Alarm => "M6 17V11a6 6 0 0 1 12 0v6l2 2H4z M10 21h4",
            Self::Archive => "M4 5h16v4H4z M5.5 9v10h13V9 M10 13h4",
            Self::Arrow => "M5 12h14 M13 6l6 6-6 6",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::ChevronDown => "M6 9.5l6 6 6-6",
            Self::ChevronLeft => "M14.5 6l-6 6 6 6",
            Self::ChevronRight => "M9.5 6l6 6-6 6",
            Self::Clock => "M12 7v5l3 2 M12 3a9 9 0 1 0 .01 0z",
            Self::Cluster => "M3 4h8v6H3z M13 4h8v6h-8z M8 14h8v6H8z M7 10v2h10v-2 M12 12v2",
            Self::Columns => "M4 5h16v14H4z M10 5v14 M15 5v14",
            Self::Cross => "M6 6l12 12 M18 6L6 18",
            Self::Disk => {
                "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3z M4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6 M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"
            }
            Self::Download => "M12 4v12 M7 11l5 5 5-5 M5 20h14",
            Self::Filter => "M4 6h16 M7 12h10 M10 18h4",
            Self::Folder => "M3 6h6l2 2.5h10V19H3z",
            Self::Gear => {
                "M12 9a3 3 0 1 0 .01 0z M12 3v3 M12 18v3 M3 12h3 M18 12h3 M5.6 5.6l2.1 2.1 M16.3 16.3l2.1 2.1 M5.6 18.4l2.1-2.1 M16.3 7.7l2.1-2.1"
            }
            Self::Home => "M3 10.5 12 4l9 6.5V20H3z",
            Self::Host => "M4 4h16v6H4z M4 14h16v6H4z M8 7h.01 M8 17h.01",
            Self::Key => "M8 10a4 4 0 1 0 .01 0z M11 12l9-8 M17 6.5l3 3",
            Self::Lock => "M5 11h14v9H5z M8 11V8a4 4 0 0 1 8 0v3",
            Self::Logo => "M4 18V8l8-4 8 4v10 M9 18v-6h6v6",
            Self::Menu => "M4 7h16 M4 12h16 M4 17h16",
            Self::Minus => "M6 12h12",
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
            Self::Network => "M12 4v6 M5 20v-4h14v4 M12 10v6 M9 4h6",
            Self::Off => "M12 4v8 M7 6.5a8 8 0 1 0 10 0",
            Self::Pause => "M8 5v14 M16 5v14",
            Self::Pencil => "M4 20l1-4L16 5l3 3L8 19z M13.5 7.5l3 3",
            Self::Plug => "M9 3v6 M15 3v6 M6 9h12v3a6 6 0 0 1-12 0z M12 18v3",
            Self::Plus => "M12 5v14 M5 12h14",
            Self::Question => "M9 9a3 3 0 1 1 4 2.8c-.8.4-1 1-1 1.7 M12 17h.01",
            Self::Rows => "M4 6h16 M4 10h16 M4 14h16 M4 18h16",
            Self::Search => "M11 4a7 7 0 1 0 .01 0z M16.5 16.5 21 21",
            Self::Shield => "M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6z",
            Self::SignOut => "M14 5H5v14h9 M10 12h11 M17 8l4 4-4 4",
            Self::Snapshot => "M4 7h4l1.5-2h5L16 7h4v12H4z M12 10a3 3 0 1 0 .01 0z",
            Self::Sort => "M8 5v14 M5 8l3-3 3 3 M16 19V5 M13 16l3 3 3-3",
            Self::Sync => "M4 12a8 8 0 0 1 14-5l2 2 M20 4v5h-5 M20 12a8 8 0 0 1-14 5l-2-2 M4 20v-5h5",
            Self::Trash => "M5 7h14 M9 7V4h6v3 M7 7l1 13h8l1-13",
            Self::User => "M12 4a4 4 0 1 0 .01 0z M4 21c0-4 3.6-6 8-6s8 2 8 6",
            Self::Vm => "M4 5h16v11H4z M9 20h6 M12 16v4",
            Self::Warning => "M12 4 2.5 20h19z M12 10v4 M12 17h.01",
        }
    }
}

#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true" viewBox="0 0 24 24">
            <path d=glyph.path() />
        </svg>
    }
}
