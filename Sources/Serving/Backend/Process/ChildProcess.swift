internal import CLinux
internal import Glibc

/// A program that was started with one end of a socket as its descriptor 3. What it prints comes back through a pipe.
///
/// Belongs to one thread at a time, but for ``outputDescriptor``, which stays open as long as the object lives.
final class ChildProcess {
    let pid: pid_t
    /// The end of the pipe that is read; does not block.
    let outputDescriptor: Int32
    private var ending: String?

    /// Starts a program in a group of its own, with nothing of ours open but the socket.
    ///
    /// - Throws: UNAVAILABLE when it cannot be started, with the system's reason.
    init(command: [String], environment: [String: String], folder: String?, socket: Int32) throws(ServingError) {
        var pipes: [Int32] = [-1, -1]
        guard pipe(&pipes) == 0 else { throw Self.fault(command, errno) }
        let (output, input) = (pipes[0], pipes[1])
        defer { Glibc.close(input) }
        // The child's end blocks: a program that prints much waits, and loses nothing.
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        for descriptor in pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, input, 1)
        posix_spawn_file_actions_adddup2(&actions, input, 2)
        posix_spawn_file_actions_adddup2(&actions, socket, 3)
        posix_spawn_file_actions_addclosefrom_np(&actions, 4)
        if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own: what a terminal sends to the server's is not for it, and all that it starts ends with it.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for text in arguments + variables { free(text) }
        }
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, &variables)
        guard status == 0 else {
            Glibc.close(output)
            throw Self.fault(command, status)
        }
        self.pid = pid
        outputDescriptor = output
    }

    private static func fault(_ command: [String], _ code: Int32) -> ServingError {
        ServingError(.unavailable, "cannot start '\(command.joined(separator: " "))': \(String(cString: strerror(code)))")
    }

    deinit {
        _ = end()
        Glibc.close(outputDescriptor)
    }

    /// How it ended; nil while it runs.
    func poll() -> String? {
        if let ending { return ending }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        // What it started and left behind.
        kill(-pid, SIGKILL)
        ending = Self.text(status)
        return ending
    }

    /// Ends it, and all that it started, if it still runs; how it ended.
    func end() -> String {
        if let ending = poll() { return ending }
        kill(-pid, SIGKILL)
        kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let text = Self.text(status)
        ending = text
        return text
    }

    /// Waits for it to end by itself, then ends it.
    func end(withinNanos: Int64) -> String {
        let clock = MonotonicClock.system
        let limit = clock.nowNanos &+ withinNanos
        while clock.nowNanos < limit {
            if let ending = poll() { return ending }
            usleep(1000)
        }
        return end()
    }

    private static func text(_ status: Int32) -> String {
        let signal = status & 0x7F
        return signal == 0 ? "ended with code \(status >> 8 & 0xFF)" : "was ended by signal \(signal)"
    }

}
