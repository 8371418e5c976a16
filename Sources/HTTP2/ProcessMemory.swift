internal import CMalloc

/// How this process hands memory back.
public enum ProcessMemory {
    /// Has freed blocks of 4 MiB and more go back to the system at once. Left to itself the allocator keeps ever larger ones
    /// for later, and a process stays as large as its worst moment. For servers, once, as they start.
    public static func returnLargeBlocks() {
        martlet_malloc_thresholds(4 << 20, 16 << 20)
    }
}
