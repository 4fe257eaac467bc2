//! The process of the model-bias monitor.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    bellwether_serve::serve::<model_bias::Function>().await
}
