//! The process of violation routing.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    bellwether_serve::serve::<violation_router::Function>().await
}
