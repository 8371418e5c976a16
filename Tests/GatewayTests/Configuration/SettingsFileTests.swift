import Gateway
import Glibc
import Testing

@Suite struct SettingsFileTests {
    /// Reads `text` as a file of settings.
    private func settings(_ text: String) throws -> GatewayConfiguration {
        let path = "/tmp/martlet-settings-\(getpid())-\(UInt64.random(in: 0 ... .max)).yaml"
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        defer { unlink(path) }
        do {
            return try GatewayConfiguration(file: path)
        } catch {
            // The name differs with every run; what follows it does not.
            throw GatewayError(String(error.description.dropFirst(path.count)))
        }
    }

    @Test func `an empty file leaves the defaults`() throws {
        #expect(try settings("") == GatewayConfiguration())
    }

    @Test func `every option of the command line has its key`() throws {
        let read = try settings(
            """
            model_repository: [a, b]
            listen: 0.0.0.0
            grpc_port: 1
            http_port: 2
            metrics_port: 3
            grpc_socket: s.sock
            model_control_mode: explicit
            load_model: iris
            threads: 4
            tls_cert: c.pem
            tls_key: k.pem
            tls_client_ca: ca.pem
            plain_port: [metrics]
            auth_token_file: tokens
            log_format: json
            log_level: debug
            drain: 5s
            limits:
              max_message_bytes: 1000
              max_connection_message_bytes: 6
              max_concurrent_streams: 7
              max_connections: 8
              max_connection_age: 1h
              max_connection_age_grace: 1s
              idle_timeout: 2s
              keepalive_interval: 3s
              keepalive_timeout: 4s
            """)
        var expected = GatewayConfiguration()
        expected.modelRepositories = ["a", "b"]
        expected.listenAddress = "0.0.0.0"
        expected.grpcPort = 1
        expected.httpPort = 2
        expected.metricsPort = 3
        expected.grpcSocketPath = "s.sock"
        expected.modelControlMode = .explicit
        expected.modelsToLoad = ["iris"]
        expected.threads = 4
        expected.tls = .init(certificatePath: "c.pem", keyPath: "k.pem", clientAuthorityPath: "ca.pem")
        expected.plainPorts = [.metrics]
        expected.tokenFilePath = "tokens"
        expected.logFormat = .json
        expected.logLevel = .debug
        expected.drainNanos = 5_000_000_000
        expected.limits.maxMessageBytes = 1000
        expected.limits.maxConnectionMessageBytes = 6
        expected.limits.maxConcurrentStreams = 7
        expected.limits.maxConnections = 8
        expected.limits.maxConnectionAgeNanos = 3_600_000_000_000
        expected.limits.maxConnectionAgeGraceNanos = 1_000_000_000
        expected.limits.idleTimeoutNanos = 2_000_000_000
        expected.limits.keepaliveIntervalNanos = 3_000_000_000
        expected.limits.keepaliveTimeoutNanos = 4_000_000_000
        #expect(read == expected)
    }

    @Test(arguments: [
        ("grpc_prot: 1", ":1: unknown key 'grpc_prot'; did you mean 'grpc_port'?"),
        ("limits:\n  max_mesage_bytes: 1", ":2: unknown key 'max_mesage_bytes' in 'limits'; did you mean 'max_message_bytes'?"),
        ("grpc_port: 70000", ":1: 'grpc_port' must be a whole number from 0 to 65535, not '70000'"),
        ("model_control_mode: pol", ":1: 'model_control_mode' must be one of 'none', 'poll', 'explicit', not 'pol'"),
        ("tls_cert: c.pem", ":1: 'tls_cert' and 'tls_key' go together, and 'tls_client_ca' needs both"),
    ])
    func `faults say where they are`(_ text: String, _ message: String) {
        let error = #expect(throws: GatewayError.self) { try settings(text) }
        #expect(error?.description == message)
    }

    @Test func `a file that is not there is an error that names it`() {
        let error = #expect(throws: GatewayError.self) { try GatewayConfiguration(file: "/nonexistent/martlet.yaml") }
        #expect(error?.description == "cannot read /nonexistent/martlet.yaml: No such file or directory")
    }

    @Test func `settings that cannot be are refused by name`() {
        func fault(_ change: (inout GatewayConfiguration) -> Void) -> String? {
            var settings = GatewayConfiguration()
            settings.modelRepositories = ["/tmp"]
            change(&settings)
            do {
                try settings.validate()
                return nil
            } catch {
                return error.description
            }
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.plainPorts = [.http] } == "--plain-port needs --tls-cert: without it every port is in plain text")
        #expect(fault { $0.modelRepositories = [] } == "no model repository is given: --model-repository DIR")
        #expect(fault { $0.modelRepositories = ["/nonexistent"] } == "cannot read the model repository '/nonexistent': No such file or directory")
        #expect(fault { $0.modelRepositories = ["/etc/hostname"] } == "cannot read the model repository '/etc/hostname': Not a directory")
        #expect(fault { $0.httpPort = -1 } == "--http-port: -1 is not a port")
        #expect(fault { $0.threads = 0 } == "--threads: 0 is not from 1 to 1024")
        #expect(fault { $0.modelsToLoad = ["a"] } == "--load-model needs --model-control-mode explicit")
    }
}
