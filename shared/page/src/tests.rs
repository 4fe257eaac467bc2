mod degenerate;
mod frame;
mod hostile;
mod numbers;
mod place;
mod sizes;
mod style;
