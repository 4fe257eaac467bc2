//! The process of the dispatcher.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    bellwether_serve::serve::<dispatch::Function>().await
}
