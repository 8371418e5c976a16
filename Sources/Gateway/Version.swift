/// The server's version, as metadata and `--version` say it.
public let martletVersion = "0.1.0"
