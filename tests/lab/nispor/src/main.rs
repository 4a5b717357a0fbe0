//! Prints the state of the network as nispor reads it, as JSON: what nmstate begins with.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = nispor::NetState::retrieve()?;
    serde_json::to_writer(std::io::stdout().lock(), &state)?;
    Ok(())
}
