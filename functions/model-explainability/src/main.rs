//! The process of the model-explainability monitor.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    bellwether_serve::serve::<model_explainability::Function>().await
}
