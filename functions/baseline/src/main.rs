//! The process of baseline generation.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    bellwether_serve::serve::<baseline::Function>().await
}
