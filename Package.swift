// swift-tools-version: 6.2
import PackageDescription

// One target is one room of the house; README.md has the floor plan. Arrows only point down,
// and `make test` fails on an import that a target does not declare.

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

/// Kernels are optimised in debug builds too: unoptimised they are some four hundred times slower.
func kernel(_ flags: String...) -> [SwiftSetting] {
    house + [.unsafeFlags(["-O"] + flags)]
}

/// Release builds of the hot path leave out run-time checks of exclusive access, a fifth of the CPU of a small call; debug
/// builds, and so the tests while one works, have them.
let wire = house + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

func room(_ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = house) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// On every request's way: no generic code left unspecialised, no access checked twice. Debug builds check everything.
let hot: [SwiftSetting] = [
    .unsafeFlags(["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release))
]

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: house)
}

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOTLS", package: "swift-nio"),
]
let tls = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let http1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")

// The same kernel sources are built once per instruction set: the folders are links to one.
#if arch(x86_64)
let kernelModules: [(name: String, flags: [String])] = [
    ("KernelsX86V2", ["-Xcc", "-march=x86-64-v2"]),
    ("KernelsX86V3", ["-Xcc", "-march=x86-64-v3", "-DISA_AVX2"]),
    ("KernelsX86V4", ["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512", "-DISA_AVX512"]),
]
#else
let kernelModules: [(name: String, flags: [String])] = [("KernelsPlain", [])]
#endif

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .executable(name: "loadtest", targets: ["loadtest"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
    ],
    targets: [
        // C only: system libraries and generated code, each imported by one target.
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CYaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "COpenJPEG", pkgConfig: "libopenjp2", providers: [.apt(["libopenjp2-7-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CLinux"),
        .target(name: "CMessages", dependencies: ["CProtobufC"], cSettings: [.unsafeFlags(["-O2"])]),
        .target(name: "CKernels"),

        room("Tensors"),
        room("JSON"),
        room("Images", ["CTurboJPEG", "CWebP", "COpenJPEG", "CZlib"], settings: kernel()),
        room("Text"),
        room("KernelTable"),
    ] + kernelModules.map { module in
        .target(
            name: module.name, dependencies: ["KernelTable", "CKernels"],
            swiftSettings: house + [.unsafeFlags(["-O", "-wmo", "-num-threads", "2"] + module.flags)])
    } + [
        room("Kernels", ["KernelTable", "CKernels"] + kernelModules.map { .byName(name: $0.name) }, settings: kernel()),
        room("Messages", ["CProtobufC", "CMessages", "Text"]),
        room("Engine", ["Tensors", "Images", "Kernels", "Messages", "JSON"], settings: kernel()),

        room("HTTP2", ["CNghttp2", "CMalloc", tls] + nio, settings: wire),
        room("GRPC", ["HTTP2", "Messages", "Text", "CZlib", tls] + nio, settings: wire),

        // Generic on the task: other rooms must be able to specialise it.
        room("Batching", settings: house + hot),
        room("Monitoring", settings: house + hot),
        room("YAML", ["CYaml", "Text"]),
        room("Serving", ["Engine", "Batching", "Images", "JSON", "Monitoring", "Tensors", "Text", "YAML", "CLinux", "CZlib"], settings: house + hot),
        room(
            "Gateway",
            ["Serving", "Batching", "Client", "YAML", "GRPC", "HTTP2", "JSON", "Messages", "Monitoring", "Tensors", "Text", hummingbird, hummingbirdCore, lifecycle, signals, log] + nio),

        room("Client", ["GRPC", "HTTP2", "JSON", "Messages", "Tensors"] + nio),
        room("Console", ["Client", "Messages", "Engine", "Gateway", "GRPC", "Kernels", "Monitoring", "Serving", "Tensors", "Text"] + nio),

        .executableTarget(
            name: "martlet", dependencies: ["Client", "Console", "Gateway", arguments], swiftSettings: house),
        .target(
            name: "LoadTesting", dependencies: ["Client", "GRPC", "HTTP2", "Messages", "Tensors", "Text", "YAML", tls, http1] + nio,
            path: "loadtest/LoadTesting", swiftSettings: wire),
        .executableTarget(
            name: "loadtest", dependencies: ["LoadTesting", "GRPC", arguments], path: "loadtest/Command", swiftSettings: house),

        .executableTarget(name: "conformance", dependencies: ["Engine", "Tensors"], swiftSettings: house),
        .target(name: "CAllocations", path: "bench/transport/CAllocations"),
        .executableTarget(
            name: "transport-allocations", dependencies: ["CAllocations", "GRPC", "HTTP2"] + nio, path: "bench/transport/allocations",
            swiftSettings: house),
        .executableTarget(name: "transport-echo", dependencies: ["GRPC", "HTTP2"] + nio, path: "bench/transport/echo", swiftSettings: house),

        .executableTarget(name: "ensemblebench", dependencies: ["Serving", "Tensors"], swiftSettings: house),
        .executableTarget(name: "kernelbench", dependencies: ["Kernels"], swiftSettings: house),
        .executableTarget(
            name: "interop-server", dependencies: ["GRPC", "HTTP2", "Messages"] + nio, path: "Tests/interop-server",
            swiftSettings: house),

        tests(of: "Tensors"),
        tests(of: "JSON"),
        tests(of: "Images"),
        tests(of: "Text"),
        tests(of: "Kernels", ["KernelTable"]),
        tests(of: "Messages"),
        tests(of: "Engine", ["Tensors", "Messages"]),
        .target(name: "WireTestSupport", dependencies: ["HTTP2"] + nio, path: "Tests/WireTestSupport", swiftSettings: house),
        tests(of: "HTTP2", ["WireTestSupport"] + nio),
        tests(of: "GRPC", ["HTTP2", "Messages", "WireTestSupport"] + nio),
        tests(of: "YAML"),
        tests(of: "Batching"),
        tests(of: "Monitoring"),
        tests(of: "Serving", ["Tensors", "Engine", "Batching", "Monitoring"]),
        tests(of: "Gateway", ["Batching", "Serving", "JSON", "Tensors", "Messages", "GRPC", "HTTP2", "Monitoring", "Text"] + nio),
        tests(of: "Client", ["Tensors"]),
        tests(of: "Console", ["Engine", "Messages", "Tensors"]),
        .testTarget(
            name: "LoadTestTests", dependencies: ["LoadTesting", "Client", "GRPC", "HTTP2", "Messages", "Tensors"] + nio, swiftSettings: house),
    ]
)
