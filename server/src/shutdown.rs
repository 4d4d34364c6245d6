//! Signals that end the process: SIGTERM and Ctrl-C. A second one ends it at once.

use tokio_util::sync::CancellationToken;

/// Cancels the token at the first signal.
pub(crate) fn on_signal(stopping: CancellationToken) {
    tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping; once more to stop at once");
        stopping.cancel();
        signal().await;
        tracing::warn!("stopped at once");
        std::process::exit(130);
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        tracing::warn!("SIGTERM cannot be caught");
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
