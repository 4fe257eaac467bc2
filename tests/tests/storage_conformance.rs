//! What a store must do, stated once and asked of both: a folder, and S3 over real HTTP.
//!
//! It does not test what only one of them can get wrong; that is beside their code, and the faults of S3 are below.

use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use bellwether_storage::{Content, Lines, Location, Put, StorageError, Store, Swap, Version};
use bellwether_tests::answer::Answer;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::faults::Fault;
use bytes::Bytes;
use futures::future::join_all;

const MIB: usize = 1 << 20;
const BUCKET: &str = "conformance";

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_conforms() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let root = folder.path().join("root");
    std::fs::create_dir(&root).expect("a folder can be made");
    conformance(Store::Folder(root), Store::Folder(folder.path().join("missing"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_below_a_prefix_conforms() {
    let (_aws, client) = aws().await;
    conformance(s3(&client, BUCKET, "some/prefix"), s3(&client, "no-such-bucket", "some/prefix")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_bucket_conforms() {
    let (_aws, client) = aws().await;
    conformance(s3(&client, BUCKET, ""), s3(&client, "no-such-bucket", "")).await;
}

async fn aws() -> (EmbeddedAws, Client) {
    let aws = EmbeddedAws::start(None).await.expect("the embedded AWS starts");
    aws.create_bucket(BUCKET).await.expect("a bucket can be made");
    let client = aws.s3();
    (aws, client)
}

fn s3(client: &Client, bucket: &str, prefix: &str) -> Store {
    Store::S3 { client: client.clone(), bucket: bucket.to_owned(), prefix: prefix.to_owned() }
}

/// Asks everything of `store`, which is empty, and of `missing`, whose bucket or folder does not exist.
async fn conformance(store: Store, missing: Store) {
    what_is_missing_is_told_apart(&store, &missing).await;
    any_valid_key_holds_any_bytes(&store).await;
    keys_that_are_not_valid_are_refused_by_every_verb(&store).await;
    listings_are_by_string_prefix_and_in_byte_order(&store).await;
    folders_are_what_stands_before_the_next_slash(&store).await;
    a_level_is_what_lies_right_below_a_folder(&store).await;
    listings_are_complete_beyond_a_page(&store).await;
    what_is_too_large_is_not_held(&store).await;
    a_stream_gives_the_bytes_of_the_whole(&store).await;
    of_many_conditional_writes_one_wins(&store).await;
    a_swap_needs_the_state_that_was_read(&store).await;
    of_many_swaps_of_one_version_one_wins(&store).await;
    no_half_written_object_is_seen(&store).await;
}

async fn put(store: &Store, key: &str, bytes: impl Into<Bytes>) {
    store.put(key, bytes.into()).await.unwrap_or_else(|error| panic!("put {key:?}: {error:?}"));
}

async fn get(store: &Store, key: &str) -> Bytes {
    store.get(key, 64 * MIB as u64).await.unwrap_or_else(|error| panic!("get {key:?}: {error:?}"))
}

async fn keys(store: &Store, beginning: &str) -> Vec<String> {
    let entries = store.list(beginning).await;
    let entries = entries.unwrap_or_else(|error| panic!("list {beginning:?}: {error:?}"));
    entries.into_iter().map(|entry| entry.key).collect()
}

async fn what_is_missing_is_told_apart(store: &Store, missing: &Store) {
    assert_eq!(keys(store, "").await, [""; 0]);
    assert_eq!(keys(store, "nothing/here").await, [""; 0]);
    for key in ["absent", "no/such/folder"] {
        let uri = store.uri(key);
        let absent = |error| matches!(error, StorageError::NotFound { uri: named } if named == uri);
        assert!(store.get(key, 9).await.is_err_and(absent), "get {key}");
        assert!(store.read(key).await.is_err_and(absent), "read {key}");
    }
    let nowhere = |error| matches!(error, StorageError::NoSuchLocation { .. });
    assert!(missing.get("k", 9).await.is_err_and(nowhere), "get");
    assert!(missing.read("k").await.is_err_and(nowhere), "read");
    assert!(missing.put("k", Bytes::new()).await.is_err_and(nowhere), "put");
    assert!(missing.put_if_absent("k", Bytes::new()).await.is_err_and(nowhere), "put_if_absent");
    assert!(missing.get_versioned("k", 9).await.is_err_and(nowhere), "get_versioned");
    assert!(missing.list("").await.is_err_and(nowhere), "list");
    assert!(missing.first("").await.is_err_and(nowhere), "first");
    assert!(missing.folders("").await.is_err_and(nowhere), "folders");
    assert!(missing.level("").await.is_err_and(nowhere), "level");
    assert!(matches!(store.first("nothing/here").await, Ok(None)), "first");
    assert!(!matches!(missing.holds_anything().await, Ok(true)));
}

async fn any_valid_key_holds_any_bytes(store: &Store) {
    let all_bytes: Vec<u8> = (0..=255).cycle().take(3000).collect();
    let bodies = [Bytes::new(), Bytes::from_static(b"x"), Bytes::from(all_bytes)];
    let long = ["n".repeat(200), "n".repeat(200), "n".repeat(200)].join("/");
    let odd = [
        "a space",
        "plus+plus",
        "per%cent",
        "per%2Fcent",
        "été",
        "日本/語",
        "🦀",
        "e\u{301}",
        "semi;colon?&=#",
        "<tag>&amp;\"quote'",
        "back\\slash",
        ".hidden",
        "~tilde",
        "co:lon*(!)",
        " lead",
        "trail ",
        long.as_str(),
    ];
    for (key, body) in odd.iter().flat_map(|key| bodies.iter().map(move |body| (format!("odd/{key}"), body)))
    {
        put(store, &key, body.clone()).await;
        assert_eq!(get(store, &key).await, body, "{key}");
        let listed = store.list(&key).await.expect("the key can be listed");
        assert_eq!(listed.len(), 1, "{key}");
        assert_eq!((&listed[0].key, listed[0].size_bytes), (&key, body.len() as u64));
    }
    let mut sorted: Vec<_> = odd.iter().map(|key| format!("odd/{key}")).collect();
    sorted.sort();
    assert_eq!(keys(store, "odd/").await, sorted);
    assert!(store.holds_anything().await.expect("the store answers"));
    let uri: Location = store.uri("odd/key").parse().expect("a key's uri is a location");
    assert_eq!(uri.to_string(), store.uri("odd/key"));
}

async fn keys_that_are_not_valid_are_refused_by_every_verb(store: &Store) {
    let before = keys(store, "").await;
    let long = "k/".repeat(512) + "k";
    let bad = [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        ".",
        "../a",
        "a/../../b",
        "a/./b",
        "a\0b",
        "a\nb",
        "a\u{7f}",
        &long,
        ".bellwether-put-1-1",
    ];
    let refused = |error| matches!(error, StorageError::Refused { .. });
    for key in bad {
        assert!(store.get(key, 9).await.is_err_and(refused), "get {key:?}");
        assert!(store.read(key).await.is_err_and(refused), "read {key:?}");
        assert!(store.put(key, Bytes::new()).await.is_err_and(refused), "put {key:?}");
        assert!(store.put_if_absent(key, Bytes::new()).await.is_err_and(refused), "put_if_absent {key:?}");
    }
    for beginning in ["/", "../", "a/../", "a//", "a\0"] {
        assert!(store.list(beginning).await.is_err_and(refused), "list {beginning:?}");
        assert!(store.first(beginning).await.is_err_and(refused), "first {beginning:?}");
    }
    assert_eq!(keys(store, "").await, before);
}

async fn listings_are_by_string_prefix_and_in_byte_order(store: &Store) {
    // '-' and '.' come before '/', letters after it; upper case before lower; U+FFFD before U+1F980, though the
    // order of UTF-16 has it the other way round.
    let ordered = [
        "Z",
        "a",
        "a-b",
        "a.b",
        "a0",
        "ab/c",
        "ab/c-d",
        "ab/c.d",
        "b!/x",
        "b-/x",
        "b/c/d",
        "b/c0",
        "b0",
        "\u{fffd}",
        "\u{1f980}",
    ];
    for name in ordered.iter().rev() {
        put(store, &format!("order/{name}"), *name).await;
    }
    let expected: Vec<_> = ordered.iter().map(|name| format!("order/{name}")).collect();
    assert_eq!(keys(store, "order/").await, expected);
    let cases: [(&str, &[&str]); 9] = [
        ("order/a", &["a", "a-b", "a.b", "a0", "ab/c", "ab/c-d", "ab/c.d"]),
        ("order/ab", &["ab/c", "ab/c-d", "ab/c.d"]),
        ("order/ab/", &["ab/c", "ab/c-d", "ab/c.d"]),
        ("order/ab/c", &["ab/c", "ab/c-d", "ab/c.d"]),
        ("order/ab/c/", &[]),
        ("order/b", &["b!/x", "b-/x", "b/c/d", "b/c0", "b0"]),
        ("order/b/c", &["b/c/d", "b/c0"]),
        ("order/Z", &["Z"]),
        ("order/..", &[]),
    ];
    for (beginning, names) in cases {
        let expected: Vec<_> = names.iter().map(|name| format!("order/{name}")).collect();
        assert_eq!(keys(store, beginning).await, expected, "{beginning}");
        let first = store.first(beginning).await.expect("the first key is told");
        assert_eq!(first.map(|entry| entry.key), expected.first().cloned(), "{beginning}");
    }
}

async fn folders_are_what_stands_before_the_next_slash(store: &Store) {
    for key in ["tree/b/x", "tree/b/y/z", "tree/a b+c%/x", "tree/file", "treeless/c/x"] {
        put(store, key, "x").await;
    }
    for (folder, expected) in
        [("tree/", &["a b+c%", "b"][..]), ("tree/b/", &["y"]), ("tree/b/y/", &[]), ("nothing/", &[])]
    {
        assert_eq!(store.folders(folder).await.expect("folders"), expected, "{folder}");
    }
    let top = store.folders("").await.expect("folders");
    assert!(top.contains(&"tree".to_owned()) && top.contains(&"treeless".to_owned()), "{top:?}");
    assert!(store.folders("tree/../b/").await.is_err());
}

async fn a_level_is_what_lies_right_below_a_folder(store: &Store) {
    for (key, size_bytes) in
        [("step/é", 3), ("step/z", 0), ("step/b/x", 1), ("step/b.txt", 2), ("step/B/y/z", 1), ("steps/c", 1)]
    {
        put(store, key, vec![7; size_bytes]).await;
    }
    // Folders by name and files by key, in byte order; what begins with the folder's name alone is another's.
    type Case<'c> = (&'c str, &'c [&'c str], &'c [(&'c str, u64)]);
    let cases: [Case<'_>; 5] = [
        ("step/", &["B", "b"], &[("step/b.txt", 2), ("step/z", 0), ("step/é", 3)]),
        ("step/b/", &[], &[("step/b/x", 1)]),
        ("step/B/", &["y"], &[]),
        ("step/z/", &[], &[]),
        ("nothing/", &[], &[]),
    ];
    for (folder, folders, files) in cases {
        let level = store.level(folder).await.unwrap_or_else(|error| panic!("{folder}: {error:?}"));
        let listed: Vec<_> = level.files.iter().map(|file| (file.key.as_str(), file.size_bytes)).collect();
        assert_eq!(
            (level.folders.iter().map(String::as_str).collect::<Vec<_>>(), listed),
            (folders.to_vec(), files.to_vec()),
            "{folder}"
        );
    }
    let top = store.level("").await.expect("the top");
    assert!(["step", "steps", "tree"].iter().all(|name| top.folders.iter().any(|folder| folder == name)));
    assert!(top.files.iter().all(|file| !file.key.contains('/')), "{:?}", top.files);
    assert!(store.level("step/../b/").await.is_err());
}

async fn listings_are_complete_beyond_a_page(store: &Store) {
    // More than a page of them side by side, and some in folders. Those sort last: the embedded S3, unlike S3, loses the folders of
    // a page that is full of keys.
    let key = |n| if n % 9 == 8 { format!("many/to-{}/{n}", n % 7) } else { format!("many/{n:04}") };
    let written: BTreeSet<String> = (0..1234).map(key).collect();
    let written_keys: Vec<_> = written.iter().cloned().collect();
    for some in written_keys.chunks(64) {
        join_all(some.iter().map(|key| put(store, key, key.clone()))).await;
    }
    assert_eq!(keys(store, "many/").await, written_keys);
    assert_eq!(keys(store, "man").await, written_keys);
    let entries = store.list("many/to-3/").await.expect("the listing is answered");
    assert!(entries.iter().all(|entry| entry.size_bytes == entry.key.len() as u64));
    assert_eq!(entries.len(), written.iter().filter(|key| key.starts_with("many/to-3/")).count());
    assert_eq!(store.first("many/to-3/").await.expect("the first key is told").as_ref(), entries.first());
    for wanted in [&written_keys[0], &written_keys[11], &written_keys[1_100], &written_keys[1_233]] {
        let found = store.find("many/", |entry| entry.key >= *wanted).await.expect("a key is told");
        assert_eq!(found.map(|entry| entry.key).as_ref(), Some(wanted));
    }
    assert!(matches!(store.find("many/", |_| false).await, Ok(None)));
    let level = store.level("many/").await.expect("a level");
    assert_eq!(level.folders, (0..7).map(|n| format!("to-{n}")).collect::<Vec<_>>());
    let beside: Vec<_> = written_keys.iter().filter(|key| key.matches('/').count() == 1).cloned().collect();
    assert!(beside.len() > 1_000);
    assert_eq!(level.files.into_iter().map(|file| file.key).collect::<Vec<_>>(), beside);
}

async fn what_is_too_large_is_not_held(store: &Store) {
    put(store, "large", vec![7; 5 * MIB]).await;
    let size = 5 * MIB as u64;
    assert_eq!(store.get("large", size).await.expect("it fits exactly").len(), 5 * MIB);
    for limit in [0, 1, size - 1] {
        let refused = store.get("large", limit).await;
        assert!(
            matches!(refused, Err(StorageError::TooLarge { limit_bytes, .. }) if limit_bytes == limit),
            "limit {limit}"
        );
    }
    put(store, "empty", "").await;
    assert_eq!(store.get("empty", 0).await.expect("nothing fits in nothing"), "");
}

async fn a_stream_gives_the_bytes_of_the_whole(store: &Store) {
    let bytes: Vec<u8> = (0..3 * MIB as u64).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    put(store, "stream", bytes.clone()).await;
    let mut chunks = store.read("stream").await.expect("the object opens");
    let mut streamed = Vec::new();
    while let Some(chunk) = chunks.next().await.expect("the stream goes on") {
        assert!((1..=MIB).contains(&chunk.len()), "a chunk of {} bytes", chunk.len());
        streamed.extend_from_slice(&chunk);
    }
    assert!(chunks.next().await.expect("the end is quiet").is_none());
    assert!(streamed == bytes && get(store, "stream").await == bytes);
    put(store, "empty", "").await;
    let mut empty = store.read("empty").await.expect("an empty object opens");
    assert!(empty.next().await.expect("an empty object is read").is_none());
}

async fn of_many_conditional_writes_one_wins(store: &Store) {
    for round in 0..5 {
        let key = format!("race/{round}/execution.json");
        let attempts = (0..24).map(|attempt| {
            let (store, key) = (store.clone(), key.clone());
            tokio::spawn(async move { store.put_if_absent(&key, format!("attempt {attempt}").into()).await })
        });
        let outcomes = join_all(attempts).await.into_iter();
        let outcomes: Vec<Put> =
            outcomes.map(|done| done.expect("no attempt panics").expect("every attempt is told")).collect();
        let winners: Vec<_> =
            (0..24).filter(|attempt| matches!(outcomes[*attempt], Put::Created(_))).collect();
        assert_eq!(winners.len(), 1, "round {round}: {outcomes:?}");
        assert_eq!(get(store, &key).await, format!("attempt {}", winners[0]));
        assert_eq!(keys(store, &format!("race/{round}/")).await, [key]);
    }
    assert_eq!(store.put_if_absent("race/0/execution.json", "late".into()).await.expect("told"), Put::Exists);
    put(store, "race/0/execution.json", "forced").await;
    assert_eq!(get(store, "race/0/execution.json").await, "forced");
}

async fn versioned(store: &Store, key: &str) -> (Bytes, Version) {
    let read = store.get_versioned(key, 1_024).await;
    read.unwrap_or_else(|error| panic!("get_versioned {key:?}: {error:?}"))
}

async fn swap(store: &Store, key: &str, bytes: impl Into<Bytes>, expected: &Version) -> Swap {
    let swapped = store.put_if_match(key, bytes.into(), expected).await;
    swapped.unwrap_or_else(|error| panic!("put_if_match {key:?}: {error:?}"))
}

async fn a_swap_needs_the_state_that_was_read(store: &Store) {
    let key = "swap/a b+c/current.json";
    let absent = store.get_versioned(key, 9).await;
    assert!(matches!(absent, Err(StorageError::NotFound { .. })), "{absent:?}");
    put(store, key, "first").await;
    let (bytes, first) = versioned(store, key).await;
    assert_eq!(bytes, "first");
    let swapped = swap(store, key, "second", &first).await;
    assert_eq!(swap(store, key, "third", &first).await, Swap::Changed, "the state has passed");
    assert_eq!(swap(store, "swap/absent", "x", &first).await, Swap::Changed, "what is gone has changed");
    let (bytes, second) = versioned(store, key).await;
    assert_eq!(bytes, "second");
    assert_ne!(first, second);
    assert_eq!(
        swapped,
        Swap::Swapped(Some(second.clone())),
        "the state after a swap is the one that is read"
    );
    assert!(matches!(swap(store, key, "", &second).await, Swap::Swapped(Some(_))));
    assert_eq!(get(store, key).await, "");
    assert_eq!(keys(store, "swap/").await, [key], "a swap leaves nothing beside its object");
    let large = store.get_versioned("large", 9).await;
    assert!(matches!(large, Err(StorageError::TooLarge { limit_bytes: 9, .. })), "{large:?}");
    let refused = store.put_if_match("../a", Bytes::new(), &second).await;
    assert!(matches!(refused, Err(StorageError::Refused { .. })), "{refused:?}");
}

/// Twenty-four writers count to 24 together: a swap that overwrote another one would lose a count.
async fn of_many_swaps_of_one_version_one_wins(store: &Store) {
    let key = "swap/counter";
    put(store, key, "0").await;
    let (_, version) = versioned(store, key).await;
    let at_once = (0..24).map(|_| {
        let (store, version) = (store.clone(), version.clone());
        tokio::spawn(async move { swap(&store, key, "0 and more", &version).await })
    });
    let outcomes: Vec<Swap> =
        join_all(at_once).await.into_iter().map(|done| done.expect("nobody panics")).collect();
    assert_eq!(outcomes.iter().filter(|swap| matches!(swap, Swap::Swapped(_))).count(), 1, "{outcomes:?}");
    put(store, key, "0").await;
    let writers = (0..24).map(|_| tokio::spawn(count_up(store.clone(), key)));
    join_all(writers).await.into_iter().for_each(|done| done.expect("nobody panics"));
    assert_eq!(get(store, key).await, "24");
}

async fn count_up(store: Store, key: &'static str) {
    loop {
        let (bytes, version) = versioned(&store, key).await;
        let count: u32 = std::str::from_utf8(&bytes).expect("digits").parse().expect("a number");
        if matches!(swap(&store, key, (count + 1).to_string(), &version).await, Swap::Swapped(_)) {
            return;
        }
    }
}

async fn no_half_written_object_is_seen(store: &Store) {
    let versions = [Bytes::from(vec![b'a'; MIB / 2]), Bytes::from(vec![b'b'; MIB])];
    put(store, "whole/object", versions[0].clone()).await;
    let (writer, written) = (store.clone(), versions.clone());
    let writing = tokio::spawn(async move {
        for turn in 0..20 {
            put(&writer, "whole/object", written[turn % 2].clone()).await;
            let outcome = writer.put_if_absent(&format!("whole/new-{turn:02}"), written[1].clone()).await;
            assert!(matches!(outcome.expect("a new key can be written"), Put::Created(_)));
        }
    });
    while !writing.is_finished() {
        let bytes = get(store, "whole/object").await;
        assert!(versions.contains(&bytes), "{} bytes that nobody wrote", bytes.len());
        for entry in store.list("whole/").await.expect("the listing is answered") {
            let expected = versions.iter().any(|version| version.len() as u64 == entry.size_bytes);
            assert!(expected && !entry.key.contains("put"), "{entry:?}");
        }
    }
    writing.await.expect("the writer does not panic");
    assert_eq!(keys(store, "whole/").await.len(), 21);
}

// The faults of S3, over HTTP.

/// A body that takes several packets, in lines.
fn body() -> Bytes {
    Bytes::from((0..200_000).map(|n| format!("line {n}\n")).collect::<String>())
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_resumed_where_it_stopped() {
    let (aws, client) = aws().await;
    let store = s3(&client, BUCKET, "p");
    put(&store, "k", body()).await;
    let first = aws.inject(Fault::after("s3:GetObject", |answer| answer.cut_after(100_001)).nth(1));
    let second = aws.inject(Fault::after("s3:GetObject", |answer| answer.cut_after(700_000)).nth(1));
    assert_eq!(get(&store, "k").await, body());
    assert_eq!((first.count(), second.count(), aws.requests()["s3:GetObject"]), (1, 1, 3));
}

#[tokio::test]
async fn a_body_that_keeps_breaking_off_is_unavailable_and_yields_no_torn_line() {
    let (aws, client) = aws().await;
    let store = s3(&client, BUCKET, "p");
    put(&store, "k", body()).await;
    aws.inject(Fault::after("s3:GetObject", |answer| answer.cut_after(100_001)));
    let mut lines = Lines::new(store.read("k").await.expect("the beginning is answered"));
    let failure = loop {
        match lines.next().await {
            Ok(line) => {
                let line = line.expect("the end is not reached");
                let expected = format!("line {}", line.number - 1);
                assert_eq!(line.content, Content::Bytes(expected.as_bytes()));
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(failure, StorageError::Unavailable { .. }), "{failure:?}");
    assert!(lines.next().await.is_err(), "asking again makes no end of it");
    assert_eq!(aws.requests()["s3:GetObject"], 4);
}

#[tokio::test]
async fn an_object_replaced_while_it_is_read_is_not_mixed_with_the_new_one() {
    let (aws, client) = aws().await;
    let store = s3(&client, BUCKET, "p");
    put(&store, "k", body()).await;
    aws.inject(Fault::after("s3:GetObject", |answer| answer.cut_after(100_001)).nth(1));
    let mut chunks = store.read("k").await.expect("the beginning is answered");
    put(&store, "k", vec![b'x'; body().len()]).await;
    let failure = loop {
        match chunks.next().await {
            Ok(chunk) => assert!(!chunk.expect("the end is not reached").contains(&b'x')),
            Err(error) => break error,
        }
    };
    assert!(matches!(failure, StorageError::Unavailable { .. }), "{failure:?}");
}

#[tokio::test]
async fn every_answer_of_s3_has_its_class() {
    let (aws, client) = aws().await;
    let store = s3(&client, BUCKET, "p");
    put(&store, "k", "x").await;
    let (_, version) = versioned(&store, "k").await;
    let html = || Answer::new(404, "text/html", "<html>not S3</html>");
    let cases = [
        (Answer::s3_error(404, "NoSuchKey"), "NotFound"),
        (Answer::s3_error(404, "NoSuchBucket"), "NoSuchLocation"),
        (html(), "Refused"),
        (Answer::s3_error(403, "AccessDenied"), "Refused"),
        (Answer::s3_error(403, "InvalidObjectState"), "Refused"),
        (Answer::s3_error(301, "PermanentRedirect"), "Refused"),
        (Answer::s3_error(400, "InvalidArgument"), "Refused"),
        (Answer::throttled(), "Unavailable"),
        (Answer::s3_error(400, "RequestTimeout"), "Unavailable"),
        (Answer::status(429), "Unavailable"),
        (Answer::s3_error(503, "SlowDown"), "Unavailable"),
        (Answer::s3_error(500, "InternalError"), "Unavailable"),
        (Answer::status(502), "Unavailable"),
        (Answer::reset(), "Unavailable"),
    ];
    for (answer, class) in cases {
        let case = format!("{} {:?}", answer.status, answer.body);
        aws.inject(Fault::before("s3:", answer));
        let mut errors = vec![
            store.get("k", 9).await.err(),
            store.put("k", "y".into()).await.err(),
            store.put_if_absent("l", "y".into()).await.err(),
            store.list("").await.err(),
            store.holds_anything().await.err(),
        ];
        // An object that is gone has changed, and a swap says so.
        if class != "NotFound" {
            errors.push(store.put_if_match("k", "y".into(), &version).await.err());
        }
        for error in errors {
            let error = error.unwrap_or_else(|| panic!("{case} is an error"));
            assert_eq!(class_of(&error), class, "{case} gave {error:?}");
            let has_source = std::error::Error::source(&error).is_some();
            assert_eq!(has_source, matches!(class, "Refused" | "Unavailable"), "{case}: the source is kept");
        }
        aws.clear_faults();
    }
}

fn class_of(error: &StorageError) -> &'static str {
    match error {
        StorageError::NotFound { .. } => "NotFound",
        StorageError::NoSuchLocation { .. } => "NoSuchLocation",
        StorageError::Refused { .. } => "Refused",
        StorageError::TooLarge { .. } => "TooLarge",
        StorageError::Unavailable { .. } => "Unavailable",
        StorageError::Unpackable { .. } => "Unpackable",
    }
}

#[tokio::test]
async fn a_conflict_is_tried_again_and_a_lost_answer_leaves_the_outcome_open() {
    let (aws, client) = aws().await;
    let store = s3(&client, BUCKET, "p");
    let conflict = || Answer::s3_error(409, "ConditionalRequestConflict");
    let strikes = aws.inject(Fault::before("s3:PutObject", conflict()).occurrences(1..=2));
    let put = store.put_if_absent("k", "mine".into()).await.expect("the third try is told");
    assert!(matches!(put, Put::Created(_)), "{put:?}");
    assert_eq!(strikes.count(), 2);
    aws.clear_faults();

    aws.inject(Fault::after("s3:PutObject", |_| Answer::reset()).nth(1));
    let lost = store.put_if_absent("l", "mine".into()).await;
    assert!(matches!(lost, Err(StorageError::Unavailable { .. })), "{lost:?}");
    assert_eq!(get(&store, "l").await, "mine");
    aws.clear_faults();

    // With the SDK's own retries the second try meets the first one's object.
    let config = client.config().to_builder().retry_config(RetryConfig::standard());
    let retrying = s3(&Client::from_conf(config.build()), BUCKET, "p");
    aws.inject(Fault::after("s3:PutObject", |_| Answer::s3_error(503, "SlowDown")).nth(1));
    assert_eq!(retrying.put_if_absent("m", "mine".into()).await.expect("it is told"), Put::Exists);
    assert_eq!(get(&retrying, "m").await, "mine");
}

#[tokio::test]
async fn a_swap_that_meets_another_writer_is_told_so_and_a_lost_answer_leaves_the_outcome_open() {
    let (aws, client) = aws().await;
    let store = s3(&client, BUCKET, "p");
    put(&store, "k", "old").await;
    let (_, version) = versioned(&store, "k").await;
    for answer in [
        Answer::s3_error(412, "PreconditionFailed"),
        Answer::s3_error(409, "ConditionalRequestConflict"),
        Answer::s3_error(404, "NoSuchKey"),
    ] {
        aws.inject(Fault::before("s3:PutObject", answer));
        assert_eq!(swap(&store, "k", "new", &version).await, Swap::Changed);
        aws.clear_faults();
    }
    aws.inject(Fault::after("s3:PutObject", |_| Answer::reset()).nth(1));
    let lost = store.put_if_match("k", "new".into(), &version).await;
    assert!(matches!(lost, Err(StorageError::Unavailable { .. })), "{lost:?}");
    assert_eq!(get(&store, "k").await, "new");

    let folder = tempfile::tempdir().expect("a folder can be made");
    let other = Store::Folder(folder.path().to_owned());
    let refused = other.put_if_match("k", "new".into(), &version).await;
    assert!(matches!(refused, Err(StorageError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_client_that_reaches_nobody_finds_s3_unavailable_and_a_missing_client_is_named() {
    let (aws, client) = aws().await;
    drop(aws);
    let store = s3(&client, BUCKET, "p");
    let unreachable = store.list("").await;
    assert!(matches!(unreachable, Err(StorageError::Unavailable { .. })), "{unreachable:?}");
    let location: Location = "s3://b/p".parse().expect("a location");
    assert!(matches!(Store::new(&location, None), Err(StorageError::Refused { .. })));
}

#[tokio::test]
async fn folder_markers_of_the_console_are_not_listed_but_make_a_prefix_exist() {
    let (_aws, client) = aws().await;
    let store = s3(&client, BUCKET, "p");
    assert!(!store.holds_anything().await.expect("the bucket answers"));
    for marker in ["p/", "p/sub/", "p-other/k"] {
        client.put_object().bucket(BUCKET).key(marker).send().await.expect("a marker can be put");
    }
    assert!(store.holds_anything().await.expect("the bucket answers"));
    assert_eq!(keys(&store, "").await, [""; 0]);
    put(&store, "sub/k", "x").await;
    assert_eq!(keys(&store, "").await, ["sub/k"]);
    // More of them than a page of one key's search holds.
    for number in 0..25 {
        let marker = format!("p/a{number:02}/");
        client.put_object().bucket(BUCKET).key(marker).send().await.expect("a marker can be put");
    }
    let first = store.first("").await.expect("the bucket answers");
    assert_eq!(first.map(|entry| entry.key).as_deref(), Some("sub/k"));
}

#[tokio::test]
async fn whether_event_bridge_hears_of_objects_is_a_setting_of_the_bucket() {
    use aws_sdk_s3::types::{EventBridgeConfiguration, NotificationConfiguration};
    let (_aws, client) = aws().await;
    let store = s3(&client, BUCKET, "p");
    assert_eq!(store.tells_event_bridge().await.expect("the bucket answers"), Some(false));
    let on = NotificationConfiguration::builder()
        .event_bridge_configuration(EventBridgeConfiguration::builder().build())
        .build();
    let request =
        client.put_bucket_notification_configuration().bucket(BUCKET).notification_configuration(on);
    request.send().await.expect("the setting can be changed");
    assert_eq!(store.tells_event_bridge().await.expect("the bucket answers"), Some(true));
    let missing = s3(&client, "no-such-bucket", "p").tells_event_bridge().await;
    assert!(matches!(missing, Err(StorageError::NoSuchLocation { .. })), "{missing:?}");
    let folder = Store::Folder(std::env::temp_dir());
    assert_eq!(folder.tells_event_bridge().await.expect("a folder answers"), None);
}
