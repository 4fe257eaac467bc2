//! The process of the data-quality monitor.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    bellwether_serve::serve::<data_quality::Function>().await
}
