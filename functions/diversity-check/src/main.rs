//! The process of the diversity check.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    bellwether_serve::serve::<diversity_check::Function>().await
}
