//! What only a folder can get wrong; what both backends must do is in the conformance suite.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

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

#[tokio::test]
async fn links_below_the_root_are_no_keys_and_the_root_may_be_one() {
    let (folder, store) = store();
    let root = folder.path().join("root");
    std::fs::create_dir(folder.path().join("outside")).unwrap();
    std::fs::write(folder.path().join("outside/secret"), "secret").unwrap();
    symlink(folder.path().join("outside"), root.join("folder")).unwrap();
    symlink(folder.path().join("outside/secret"), root.join("file")).unwrap();
    symlink(folder.path().join("nowhere"), root.join("dangling")).unwrap();
    store.put("kept", "x".into()).await.unwrap();
    assert_eq!(keys(&store, "").await, ["kept"]);
    assert_eq!(keys(&store, "folder/").await, [""; 0]);
    for key in ["folder/secret", "file", "dangling"] {
        is_refused_naming(store.get(key, 9).await, &["symbolic link"]);
        is_refused_naming(store.put(key, "changed".into()).await, &["symbolic link"]);
        is_refused_naming(store.put_if_absent(key, "changed".into()).await, &["symbolic link"]);
    }
    is_refused_naming(store.put("folder/new/deep", "x".into()).await, &["symbolic link"]);
    assert_eq!(std::fs::read(folder.path().join("outside/secret")).unwrap(), b"secret");
    assert_eq!(std::fs::read_dir(folder.path().join("outside")).unwrap().count(), 1);

    symlink(&root, folder.path().join("way-in")).unwrap();
    let through = Store::Folder(folder.path().join("way-in"));
    assert_eq!(keys(&through, "").await, ["kept"]);
    assert_eq!(through.get("kept", 9).await.unwrap(), "x");
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
    assert_eq!(store.put_if_absent("l", "3".into()).await.unwrap(), Put::Created);
    let name = "n".repeat(300);
    is_refused_naming(store.put(&name, "4".into()).await, &["name this long"]);
    let names = std::fs::read_dir(folder.path().join("root")).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["k", "l"]);
    assert_eq!(store.get("k", 9).await.unwrap(), "1");
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
