//! What only a folder can get wrong; what both backends must do is in the conformance suite.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

use crate::{Put, StorageError, Store};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::Folder(folder.path().join("root"));
    std::fs::create_dir(folder.path().join("root")).unwrap();
    (folder, store)
}

async fn keys(store: &Store, beginning: &str) -> Vec<String> {
    store.list(beginning).await.unwrap().into_iter().map(|entry| entry.key).collect()
}

fn is_refused_naming<T>(result: Result<T, StorageError>, words: &[&str]) {
    let Err(error @ StorageError::Refused { .. }) = result else { panic!("it was not refused") };
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text} does not name {words:?}");
}

#[tokio::test]
async fn a_key_beside_keys_below_it_is_refused_naming_both_and_nothing_is_lost() {
    let (_folder, store) = store();
    store.put("a", "one".into()).await.unwrap();
    is_refused_naming(store.put("a/b", "two".into()).await, &["'a'", "'a/b'"]);
    is_refused_naming(store.put_if_absent("a/b/c", "two".into()).await, &["'a'", "'a/b/c'"]);
    store.put("d/e", "three".into()).await.unwrap();
    is_refused_naming(store.put("d", "four".into()).await, &["'d'", "'d/...'"]);
    is_refused_naming(store.put_if_absent("d", "four".into()).await, &["'d'", "'d/...'"]);
    assert_eq!(keys(&store, "").await, ["a", "d/e"]);
    assert_eq!(store.get("a", 9).await.unwrap(), "one");
    assert!(matches!(store.get("a/b", 9).await, Err(StorageError::NotFound { .. })));
    assert!(matches!(store.get("d", 9).await, Err(StorageError::NotFound { .. })));
}

/// What no later try can mend is not said to be worth one.
#[tokio::test]
async fn a_place_where_no_folder_can_be_made_is_refused_with_what_is_in_its_way() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    symlink(at("gone"), at("link")).unwrap();
    std::fs::write(at("file"), "x").unwrap();
    for (root, words) in [
        ("link", ["link is a symbolic link that leads nowhere", "mend or remove it"]),
        ("link/reports", ["link is a symbolic link that leads nowhere", "mend or remove it"]),
        ("file", ["file is no folder", "name another place"]),
        ("file/reports", ["file is no folder", "name another place"]),
    ] {
        is_refused_naming(Store::Folder(at(root)).create_if_folder().await, &words);
    }
    // Nobody makes a folder there, whoever it is.
    let nowhere = Store::Folder("/proc/bellwether/reports".into());
    is_refused_naming(nowhere.create_if_folder().await, &["/proc/bellwether/reports: is refused: "]);
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o500)).unwrap();
    if std::fs::create_dir(at("probe")).is_err() {
        is_refused_naming(Store::Folder(at("new")).create_if_folder().await, &["permission is missing"]);
    }
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o700)).unwrap();
    assert!(Store::Folder(at("made/of/parts")).create_if_folder().await.is_ok());
}

#[tokio::test]
async fn links_are_followed_where_something_is_read_and_nothing_is_written_through_them() {
    let (folder, store) = store();
    let root = folder.path().join("root");
    std::fs::create_dir_all(folder.path().join("outside/deep")).unwrap();
    std::fs::write(folder.path().join("outside/deep/x"), "far").unwrap();
    symlink(folder.path().join("outside"), root.join("folder")).unwrap();
    symlink(folder.path().join("outside/deep/x"), root.join("file")).unwrap();
    store.put("kept", "x".into()).await.unwrap();
    assert_eq!(keys(&store, "").await, ["file", "folder/deep/x", "kept"]);
    assert_eq!(keys(&store, "folder/").await, ["folder/deep/x"]);
    assert_eq!(keys(&store, "folder/deep/").await, ["folder/deep/x"]);
    assert_eq!(store.folders("").await.unwrap(), ["folder"]);
    let first = store.find("", |entry| entry.key.contains("deep")).await.unwrap();
    assert_eq!(first.map(|entry| (entry.key, entry.size_bytes)), Some(("folder/deep/x".to_owned(), 3)));
    for key in ["folder/deep/x", "file"] {
        assert_eq!(store.get(key, 9).await.unwrap(), "far");
        is_refused_naming(store.put(key, "changed".into()).await, &["symbolic link"]);
        is_refused_naming(store.put_if_absent(key, "changed".into()).await, &["symbolic link"]);
    }
    is_refused_naming(store.put("folder/new/deep", "x".into()).await, &["symbolic link"]);
    is_refused_naming(store.get("folder/../kept", 9).await, &["'..'"]);
    assert_eq!(std::fs::read(folder.path().join("outside/deep/x")).unwrap(), b"far");
    assert_eq!(std::fs::read_dir(folder.path().join("outside")).unwrap().count(), 1);

    symlink(&root, folder.path().join("way-in")).unwrap();
    let through = Store::Folder(folder.path().join("way-in"));
    assert_eq!(keys(&through, "k").await, ["kept"]);
    assert_eq!(through.get("kept", 9).await.unwrap(), "x");
    through.put("through", "x".into()).await.unwrap();
}

#[tokio::test]
async fn a_link_that_leads_nowhere_is_no_absence() {
    let (folder, store) = store();
    let root = folder.path().join("root");
    symlink(folder.path().join("nowhere"), root.join("gone")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    let listed = store.list("").await.unwrap();
    let listed: Vec<_> = listed.iter().map(|entry| (entry.key.as_str(), entry.size_bytes)).collect();
    assert_eq!(listed, [("gone", 0), ("loop", 0)]);
    for key in ["gone", "gone/deep/x", "loop", "loop/x"] {
        is_refused_naming(store.get(key, 9).await, &["symbolic link", "mend or remove"]);
    }
    is_refused_naming(store.list("gone/").await, &["symbolic link", "mend or remove"]);
    is_refused_naming(store.first("gone/deep/").await, &["symbolic link", "mend or remove"]);
    is_refused_naming(store.folders("loop/").await, &["symbolic link", "mend or remove"]);
}

#[tokio::test]
async fn links_that_lead_back_and_links_below_links_end() {
    let (folder, store) = store();
    let root = folder.path().join("root");
    store.put("a/b/x", "x".into()).await.unwrap();
    symlink(&root, root.join("a/b/up")).unwrap();
    symlink(".", root.join("a/here")).unwrap();
    std::fs::create_dir(folder.path().join("outside")).unwrap();
    symlink(&root, folder.path().join("outside/back")).unwrap();
    symlink(folder.path().join("outside"), root.join("out")).unwrap();
    // `b/up` is on the way to itself; out of `out` there is nothing new.
    assert_eq!(keys(&store, "").await, ["a/b/x"]);
    assert_eq!(store.first("").await.unwrap().unwrap().key, "a/b/x");

    // Each folder holds two links to the next: a key for every way, and a bound to their number.
    let (folder, store) = self::store();
    let root = folder.path().join("root");
    for depth in 0..12 {
        std::fs::create_dir(folder.path().join(format!("f{depth}"))).unwrap();
    }
    for depth in 1..12 {
        for name in ["one", "two"] {
            symlink(
                folder.path().join(format!("f{depth}")),
                folder.path().join(format!("f{}/{name}", depth - 1)),
            )
            .unwrap();
        }
    }
    symlink(folder.path().join("f8"), root.join("few")).unwrap();
    std::fs::write(folder.path().join("f11/x"), "x").unwrap();
    assert_eq!(keys(&store, "few/").await.len(), 8);
    symlink(folder.path().join("f0"), root.join("many")).unwrap();
    is_refused_naming(store.list("many/").await, &["symbolic link below 8 others"]);
}

#[tokio::test]
async fn names_that_are_not_utf8_pipes_and_unfinished_writes_are_not_listed() {
    let (folder, store) = store();
    let root = folder.path().join("root");
    std::fs::write(root.join(OsStr::from_bytes(b"\xff\xfe")), "x").unwrap();
    std::fs::write(root.join(".bellwether-put-1-0"), "half").unwrap();
    std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    store.put("a", "x".into()).await.unwrap();
    assert_eq!(keys(&store, "").await, ["a"]);
    is_refused_naming(store.get("socket", 9).await, &["neither a file nor a folder"]);
    is_refused_naming(store.get(".bellwether-put-1-0", 9).await, &["reserved"]);
}

#[tokio::test]
async fn no_hidden_file_remains_after_any_write() {
    let (folder, store) = store();
    store.put("k", "1".into()).await.unwrap();
    assert_eq!(store.put_if_absent("k", "2".into()).await.unwrap(), Put::Exists);
    assert!(matches!(store.put_if_absent("l", "3".into()).await.unwrap(), Put::Created(Some(_))));
    let name = "n".repeat(300);
    is_refused_naming(store.put(&name, "4".into()).await, &["name this long"]);
    let names = std::fs::read_dir(folder.path().join("root")).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["k", "l"]);
    assert_eq!(store.get("k", 9).await.unwrap(), "1");
}

/// A file that a write of an hour ago, or of just now, did not finish.
fn unfinished(folder: &std::path::Path, name: &str, is_old: bool) -> std::fs::File {
    let file = std::fs::File::create(folder.join(name)).unwrap();
    let age = Duration::from_secs(if is_old { 3_601 } else { 3_500 });
    file.set_modified(SystemTime::now() - age).unwrap();
    file
}

#[tokio::test]
async fn what_a_crash_left_is_swept_by_a_later_write_and_what_is_being_written_is_not() {
    let (folder, store) = store();
    let root = folder.path().join("root");
    std::fs::create_dir_all(root.join("a/b")).unwrap();
    for place in [&root, &root.join("a/b")] {
        drop(unfinished(place, ".bellwether-put-77-3", true));
        drop(unfinished(place, ".bellwether-put-77-4", false));
        drop(unfinished(place, ".bellwether-put-lock", true));
        drop(unfinished(place, ".bellwether-put-notes", true));
    }
    let held = unfinished(&root, ".bellwether-put-78-0", true);
    held.lock().unwrap();
    assert_eq!(keys(&store, "").await, [""; 0]);
    let names = |place: &std::path::Path| {
        let names =
            std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    };
    assert_eq!(names(&root).len(), 6, "reading sweeps nothing");
    store.put("a/b/k", "x".into()).await.unwrap();
    let kept = [".bellwether-put-77-4", ".bellwether-put-lock", ".bellwether-put-notes"];
    assert_eq!(names(&root), [kept[0], ".bellwether-put-78-0", kept[1], kept[2], "a"]);
    assert_eq!(names(&root.join("a/b")), [kept[0], kept[1], kept[2], "k"]);
    drop(held);
    assert!(matches!(store.put_if_absent("l", "x".into()).await.unwrap(), Put::Created(Some(_))));
    assert_eq!(names(&root), [kept[0], kept[1], kept[2], "a", "l"]);
}

#[tokio::test]
async fn a_root_that_takes_no_file_may_hold_folders_that_do() {
    let (folder, store) = store();
    let root = folder.path().join("root");
    std::fs::create_dir(root.join("open")).unwrap();
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o555)).unwrap();
    let written = store.put("open/k", "x".into()).await;
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o755)).unwrap();
    written.unwrap();
    assert_eq!(keys(&store, "").await, ["open/k"]);
}

#[tokio::test]
async fn a_missing_folder_is_made_on_request_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::Folder(folder.path().join("new/reports"));
    assert!(!store.holds_anything().await.unwrap());
    assert!(matches!(store.put("k", "x".into()).await, Err(StorageError::NoSuchLocation { .. })));
    store.create_if_folder().await.unwrap();
    store.create_if_folder().await.unwrap();
    assert!(store.holds_anything().await.unwrap());
    store.put("k", "x".into()).await.unwrap();

    let file = Store::Folder(folder.path().join("new/reports/k"));
    assert!(!file.holds_anything().await.unwrap());
    assert!(matches!(file.get("x", 9).await, Err(StorageError::NoSuchLocation { .. })));
    assert!(matches!(file.list("").await, Err(StorageError::NoSuchLocation { .. })));
}

#[tokio::test]
async fn a_file_without_permission_is_refused_with_its_source() {
    let (folder, store) = store();
    store.put("k", "x".into()).await.unwrap();
    let path = folder.path().join("root/k");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
    match store.get("k", 9).await {
        // The superuser reads everything; for everybody else it is the case in question.
        Ok(bytes) => assert_eq!(bytes, "x"),
        Err(error) => {
            assert!(matches!(error, StorageError::Refused { source: Some(_), .. }), "{error:?}");
        }
    }
}
