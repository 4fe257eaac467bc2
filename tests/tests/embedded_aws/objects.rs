//! S3: conditions, listings, keys, ranges, and what is missing.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, EncodingType};
use bytes::Bytes;

use super::{BUCKET, aws_with_bucket, get, put};

#[tokio::test]
async fn an_object_is_put_once_if_none_may_be_there() {
    let (_aws, s3) = aws_with_bucket().await;
    put(&s3, "execution.json", "first").if_none_match("*").send().await.unwrap();
    let second = put(&s3, "execution.json", "second").if_none_match("*").send().await.unwrap_err();
    assert_eq!(second.raw_response().unwrap().status().as_u16(), 412);
    assert_eq!(second.code(), Some("PreconditionFailed"));
    assert_eq!(get(&s3, "execution.json").await, "first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_24_conditional_puts_at_once_one_wins() {
    let (_aws, s3) = aws_with_bucket().await;
    for round in 0..60 {
        let key = format!("race/{round}");
        let puts = (0..24).map(|_| tokio::spawn(put(&s3, &key, "x").if_none_match("*").send()));
        let outcomes = futures::future::join_all(puts).await;
        let won = outcomes.into_iter().filter(|put| put.as_ref().unwrap().is_ok()).count();
        assert_eq!(won, 1, "round {round}");
    }
}

#[tokio::test]
async fn if_match_replaces_only_the_version_that_was_read() {
    let (_aws, s3) = aws_with_bucket().await;
    let etag = put(&s3, "current.json", "one").send().await.unwrap().e_tag.unwrap();
    put(&s3, "current.json", "two").if_match(&etag).send().await.unwrap();
    let stale = put(&s3, "current.json", "three").if_match(&etag).send().await.unwrap_err();
    assert_eq!(stale.code(), Some("PreconditionFailed"));
    assert_eq!(get(&s3, "current.json").await, "two");
}

#[tokio::test]
async fn a_listing_turns_pages_past_a_thousand_keys() {
    let (aws, s3) = aws_with_bucket().await;
    let keys: Vec<String> = (0..1003).map(|n| format!("hour/{n:04}.jsonl")).collect();
    for key in &keys {
        put(&s3, key, "{}").send().await.unwrap();
    }
    let listing = s3.list_objects_v2().bucket(BUCKET).prefix("hour/").into_paginator().send();
    let pages = listing.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(pages.len(), 2);
    let listed = pages.iter().flat_map(|page| page.contents());
    assert_eq!(listed.map(|object| object.key().unwrap()).collect::<Vec<_>>(), keys);
    assert_eq!(aws.requests()["s3:PutObject"], 1003);
}

#[tokio::test]
async fn beyond_a_delimiter_keys_are_told_once_by_what_they_share_whatever_the_page() {
    let (_aws, s3) = aws_with_bucket().await;
    for key in ["a", "a/1", "a/2", "b", "b/", "b/1", "c d/1", "e"] {
        put(&s3, key, "{}").send().await.unwrap();
    }
    let list = || s3.list_objects_v2().bucket(BUCKET).delimiter("/");
    let named = |page: &ListObjectsV2Output| {
        let keys = page.contents().iter().filter_map(|object| object.key());
        let shared = page.common_prefixes().iter().filter_map(|shared| shared.prefix());
        keys.chain(shared).map(str::to_owned).collect::<Vec<_>>()
    };
    let pages = list().max_keys(2).into_paginator().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(pages.iter().map(named).collect::<Vec<_>>(), [["a", "a/"], ["b", "b/"], ["e", "c d/"]]);
    assert_eq!(named(&list().prefix("b/").send().await.unwrap()), ["b/", "b/1"]);
    assert_eq!(named(&list().start_after("a/2").send().await.unwrap()), ["b", "e", "b/", "c d/"]);
    let escaped = list().encoding_type(EncodingType::Url).prefix("c d").send().await.unwrap();
    assert_eq!(named(&escaped), ["c+d%2F"]);
}

#[tokio::test]
async fn keys_with_spaces_signs_and_letters_beyond_ascii_come_back_as_they_went() {
    let (_aws, s3) = aws_with_bucket().await;
    let keys = ["a b", "a%20b", "a%b", "a+b", "a&b=<c>", "é", "ж/キー", "𝄞"];
    for key in keys {
        put(&s3, key, "{}").send().await.unwrap();
        assert_eq!(get(&s3, key).await, "{}", "{key}");
    }
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let listed: Vec<&str> = listed.contents().iter().map(|object| object.key().unwrap()).collect();
    let mut expected = keys.to_vec();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    let below = s3.list_objects_v2().bucket(BUCKET).prefix("ж/").send().await.unwrap();
    assert_eq!(below.contents()[0].key(), Some("ж/キー"));
}

#[tokio::test]
async fn a_range_gives_its_bytes_and_a_copy_gives_all() {
    let (_aws, s3) = aws_with_bucket().await;
    put(&s3, "source", "0123456789").send().await.unwrap();
    let part = s3.get_object().bucket(BUCKET).key("source").range("bytes=2-5").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 2-5/10"));
    assert_eq!(part.body.collect().await.unwrap().into_bytes(), "2345");
    let copy = s3.copy_object().bucket(BUCKET).key("copy").copy_source(format!("{BUCKET}/source"));
    copy.send().await.unwrap();
    assert_eq!(get(&s3, "copy").await, "0123456789");
}

#[tokio::test]
async fn a_streamed_body_is_stored_without_its_framing() {
    let (_aws, s3) = aws_with_bucket().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let body = aws_sdk_s3::primitives::ByteStream::from_path(file).await.unwrap();
    s3.put_object().bucket(BUCKET).key("streamed").body(body).send().await.unwrap();
    assert_eq!(get(&s3, "streamed").await, std::fs::read(file).unwrap());
}

#[tokio::test]
async fn parts_make_one_object_once_all_that_are_named_are_there() {
    let (_aws, s3) = aws_with_bucket().await;
    let begun =
        s3.create_multipart_upload().bucket(BUCKET).key("joined").content_type("text/plain").send().await;
    let id = begun.unwrap().upload_id.unwrap();
    let upload = |number: i32, body: Bytes| {
        let part = s3.upload_part().bucket(BUCKET).key("joined").upload_id(&id).part_number(number);
        let sent = part.body(body.into()).send();
        async move {
            CompletedPart::builder().part_number(number).e_tag(sent.await.unwrap().e_tag.unwrap()).build()
        }
    };
    let complete = |parts: Vec<CompletedPart>| {
        let named = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        s3.complete_multipart_upload().bucket(BUCKET).key("joined").upload_id(&id).multipart_upload(named)
    };
    let long = Bytes::from(vec![b'x'; 5 * 1024 * 1024]);
    let (second, short) =
        (upload(2, Bytes::from_static(b"end")).await, upload(1, Bytes::from_static(b"x")).await);
    let code = async |parts: &[&CompletedPart]| {
        let parts = parts.iter().copied().cloned().collect();
        complete(parts).send().await.unwrap_err().code().unwrap_or_default().to_owned()
    };
    assert_eq!(code(&[&short, &second]).await, "EntityTooSmall");
    let first = upload(1, long.clone()).await;
    assert_eq!(code(&[&second, &first]).await, "InvalidPartOrder");
    assert_eq!(code(&[&short, &second]).await, "InvalidPart", "it was replaced");
    assert!(s3.get_object().bucket(BUCKET).key("joined").send().await.is_err());

    let parts = vec![first.clone(), second.clone()];
    let e_tag = complete(parts).send().await.unwrap().e_tag.unwrap();
    assert!(e_tag.ends_with("-2\""), "{e_tag}");
    let object = s3.head_object().bucket(BUCKET).key("joined").send().await.unwrap();
    assert_eq!(object.content_type(), Some("text/plain"));
    assert_eq!(get(&s3, "joined").await, [long.as_ref(), b"end"].concat());
    assert_eq!(code(&[&first, &second]).await, "NoSuchUpload");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let (_aws, s3) = aws_with_bucket().await;
    let no_key = s3.get_object().bucket(BUCKET).key("none").send().await.unwrap_err();
    assert_eq!(no_key.code(), Some("NoSuchKey"));
    assert!(no_key.into_service_error().is_no_such_key());
    let no_bucket = s3.get_object().bucket("nowhere").key("none").send().await.unwrap_err();
    assert_eq!(no_bucket.code(), Some("NoSuchBucket"));
    let no_listing = s3.list_objects_v2().bucket("nowhere").send().await.unwrap_err();
    assert!(no_listing.into_service_error().is_no_such_bucket());
    let no_head = s3.head_object().bucket(BUCKET).key("none").send().await.unwrap_err();
    assert!(no_head.into_service_error().is_not_found());
    let no_put = s3.put_object().bucket("nowhere").key("k").send().await.unwrap_err();
    assert_eq!(no_put.code(), Some("NoSuchBucket"));
}
