//! The process of the model-quality monitor.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    bellwether_serve::serve::<model_quality::Function>().await
}
