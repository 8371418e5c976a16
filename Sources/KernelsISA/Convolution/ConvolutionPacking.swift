internal import KernelTable

@inline(__always)
private func roundUp(_ count: Int) -> Int { (count &+ lanes &- 1) / lanes &* lanes }

func conv_f32_packed_floats(_ outputChannels: Int, _ inputChannels: Int, _ taps: Int, _ isPlanar: Bool) -> Int {
    roundUp(outputChannels) &* taps &* inputChannels
}

/// Panels of one or two vectors of output channels: [panel, input block, tap, lane of the block, output channel of the panel],
/// or [panel, input channel, tap, output channel of the panel] for planar images; zeros beyond the output channels,
/// nothing beyond the input channels.
func conv_f32_pack(
    _ weights: UnsafePointer<Float>, _ outputChannels: Int, _ inputChannels: Int, _ taps: Int, _ isPlanar: Bool,
    _ packed: UnsafeMutablePointer<Float>
) {
    let block = isPlanar ? 1 : lanes
    let blocks = (inputChannels &+ block &- 1) / block
    var to = packed
    var first = 0
    while first < outputChannels {
        let width = outputChannels &- first > lanes ? 2 &* lanes : lanes
        var b = 0
        while b < blocks {
            var tap = 0
            while tap < taps {
                var lane = 0
                while lane < block, b &* block &+ lane < inputChannels {
                    let input = b &* block &+ lane
                    var o = 0
                    while o < width {
                        let channel = first &+ o
                        to[o] = channel < outputChannels ? weights[(channel &* inputChannels &+ input) &* taps &+ tap] : 0
                        o &+= 1
                    }
                    to += width
                    lane &+= 1
                }
                tap &+= 1
            }
            b &+= 1
        }
        first &+= width
    }
}

/// [channels / lanes, taps, lanes], zeros beyond the channels.
func depthwise_f32_pack(_ weights: UnsafePointer<Float>, _ channels: Int, _ taps: Int, _ packed: UnsafeMutablePointer<Float>) {
    var to = packed
    var first = 0
    while first < channels {
        var tap = 0
        while tap < taps {
            var lane = 0
            while lane < lanes {
                let channel = first &+ lane
                to[lane] = channel < channels ? weights[channel &* taps &+ tap] : 0
                lane &+= 1
            }
            to += lanes
            tap &+= 1
        }
        first &+= lanes
    }
}
