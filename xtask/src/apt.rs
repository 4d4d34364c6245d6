//! Debian packages, installed where this runs as root on Debian or a relative of it. Elsewhere the caller says what is missing.

use std::os::unix::fs::MetadataExt;

use anyhow::{Result, bail};

use crate::process::{find, program, run};

/// Root, and `apt-get` is there.
pub(crate) fn is_possible() -> bool {
    find("apt-get").is_some() && std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Installs packages, without the ones that they only recommend.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if !is_possible() {
        bail!("not root on Debian; please install: {}", packages.join(" "));
    }
    println!("   apt-get install {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        let mut command = program("apt-get");
        // Run level 1 keeps the packages' services from starting: tests start what they need themselves.
        command.args(["-qq", "-o", "DPkg::Lock::Timeout=300"]).args(arguments);
        command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
        command.stdout(std::process::Stdio::null());
        command
    };
    // A mirror that is out of reach matters only when the package cannot be had either.
    let _ = apt(&["update"]).status();
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(packages);
    run(&mut apt(&install))
}
