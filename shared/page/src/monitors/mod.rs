//! What each monitor alone can show, a file each. Nobody else names a monitor.
