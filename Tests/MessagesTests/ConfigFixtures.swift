/// Sample configurations of our own, and the bytes that Python's text_format makes of them.
let configFixtures: [(name: String, text: String, bytes: String)] = [
    (
        "a plain ONNX model",
        #"""
        name: "fraud"
        platform: "onnxruntime_onnx"
        max_batch_size: 64
        input [
          {
            name: "features"
            data_type: TYPE_FP32
            dims: [ 30 ]
          }
        ]
        output [
          {
            name: "score"
            data_type: TYPE_FP32
            dims: [ -1, 2 ]
            reshape: { shape: [ 2 ] }
            label_filename: "labels.txt"
          }
        ]
        """#,
        """
        0a05667261756412106f6e6e7872756e74696d655f6f6e6e7820402a0f0a086665617475726573100b22011e32270a0573636f7265100b\
        1a0bffffffffffffffffff0102220a6c6162656c732e7478742a030a0102
        """
    ),
    (
        "comments, separators and signs",
        #"""
        # a leading comment
        name:"a" # behind a value
        ;
        backend : 'onnxruntime',
        max_batch_size:0x10;
        input < name: "x" data_type: 11, dims: -1 dims: [3,224 , 224] format: FORMAT_NCHW optional: t >
        input: { name: "y" data_type: TYPE_STRING dims: 010 dims: -1 }
        output { name: "z" data_type: TYPE_BF16 dims: [] }
        """#,
        """
        0a016120102a1a0a0178100b1802220fffffffffffffffffff0103e001e00140012a120a0179100d220b08ffffffffffffffffff013205\
        0a017a100e8a010b6f6e6e7872756e74696d65
        """
    ),
    (
        "dynamic batching",
        #"""
        name: "b"
        max_batch_size: 8
        dynamic_batching {
          preferred_batch_size: [ 4, 8 ]
          max_queue_delay_microseconds: 100
          preserve_ordering: true
          priority_levels: 2
          default_priority_level: 1
          default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 18446744073709551615 allow_timeout_override: True max_queue_size: 5 }
          priority_queue_policy { key: 2 value: { max_queue_size: 3 timeout_action: REJECT } }
          priority_queue_policy { key: 1 value { max_queue_size: 1 } }
          priority_queue_policy { key: 2 value { max_queue_size: 4 } }
        }
        instance_group [ { count: 2 kind: KIND_CPU }, { kind: KIND_GPU gpus: [ 0, 1 ] profile: "p" rate_limiter { resources [ { name: "R1" count: 4 }, { name: "R2" global: True count: 2 } ] priority: 2 } } ]
        version_policy: { specific: { versions: [1, 3] } }
        """#,
        """
        0a01621a061a040a02010320083a04100220023a1f1a02000120012a017032140a060a02523118040a080a0252321001180210025a2f0a\
        02040810641801200228013211080110ffffffffffffffffff01180120053a060802120220043a06080112022001
        """
    ),
    (
        "an ensemble",
        #"""
        name: "pipeline"
        platform: "ensemble"
        ensemble_scheduling {
          step [
            {
              model_name: "pre"
              model_version: -1
              input_map { key: "IN" value: "raw" }
              output_map { key: "OUT" value: "clean" }
            },
            {
              model_name: "net"
              model_version: 2
              input_map { key: "x" value: "clean" }
              input_map: { key: "x2", value: "clean" }
              output_map { key: "y" value: "result" }
            }
          ]
          max_inflight_requests: 7
        }
        parameters: { key: "threads" value: { string_value: "4" } }
        parameters [ { key: "a" value { string_value: "1" } }, { key: "b" } ]
        metric_tags { key: "team" value: "risk" }
        """#,
        """
        0a08706970656c696e651208656e73656d626c65520c0a047465616d12047269736b72080a016112030a013172050a01621200720e0a07\
        7468726561647312030a01347a5c0a290a0370726510ffffffffffffffffff011a090a02494e1203726177220c0a034f55541205636c65\
        616e0a2d0a036e657410021a0b0a0278321205636c65616e1a0a0a01781205636c65616e220b0a01791206726573756c741007
        """
    ),
    (
        "sequences",
        #"""
        sequence_batching {
          max_sequence_idle_microseconds: 5000000
          oldest { max_candidate_sequences: 4 preferred_batch_size: 2 max_queue_delay_microseconds: 10 }
          control_input [
            { name: "START" control [ { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1.5 ] } ] },
            { name: "END" control { kind: CONTROL_SEQUENCE_END int32_false_true: [ 0, 1 ] } },
            { name: "READY" control { kind: CONTROL_SEQUENCE_READY bool_false_true: [ false, true ] } },
            { name: "CORRID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } }
          ]
          state { input_name: "h" output_name: "hn" data_type: TYPE_FP32 dims: [ 2, 1, 64 ] initial_state { data_type: TYPE_FP32 dims: [2,1,64] zero_data: false name: "zero" } use_growable_memory: true }
        }
        model_transaction_policy { decoupled: true }
        response_cache { enable: true }
        """#,
        """
        6a7608c096b10212130a055354415254120a1a08000000000000c03f120d0a03454e441206080212020001120f0a055245414459120608\
        012a020001120e0a06434f5252494412040803200522070804120102180a2a210a01681202686e180b22030201402a0f080b1203020140\
        18002a047a65726f38019a01020801c201020801
        """
    ),
    (
        "numbers of every kind",
        #"""
        sequence_batching { direct { minimum_slot_utilization: .5 max_queue_delay_microseconds: 0xff } }
        model_metrics { metric_control [ { metric_identifier { family: "f" } histogram_options { buckets: [ 1, 2.5, 1e3, -1.25E-2, inf, -inf, 3f, 0.1F, 1e+2, 100000000000000000000 ] } } ] }
        instance_group { count: -2147483648 secondary_devices { kind: KIND_NVDLA device_id: -9223372036854775808 } }
        optimization { graph { level: -1 } priority: PRIORITY_MAX cuda { graphs: 1 graph_spec { batch_size: 1 input { key: "x" value { dim: [1, 2] } } graph_lower_bound { batch_size: 2 } } } gather_kernel_buffer_threshold: 4294967295 eager_batching: false execution_accelerators { cpu_execution_accelerator [ { name: "openvino" parameters { key: "a" value: "b" } } ] } }
        """#,
        """
        3a181080808080f8ffffffff01420b108080808080808080800162420a0b08ffffffffffffffffff0110011a1508011a11080112090a01\
        7812040a0201021a020802221412120a086f70656e76696e6f12060a016112016238ffffffff0f6a0a1a0808ff01150000003fd2015b0a\
        590a030a016612520a50000000000000f03f00000000000004400000000000408f409a999999999989bf000000000000f07f0000000000\
        00f0ff00000000000008409a9999999999b93f0000000000005940408cb5781daf1544
        """
    ),
    (
        "strings with escapes",
        #"""
        name: "tab\t quote\" back\\ bell\a nl\n \x41\x4a\101\60 \u00f6 \U0001F600 \'single\'"
        default_model_filename: 'it"s'
        runtime: "one " "two"  # in between
          'three'
        platform: "größe ☃"
        backend: ""
        """#,
        """
        0a31746162092071756f746522206261636b5c2062656c6c07206e6c0a20414a413020c3b620f09f9880202773696e676c6527120b6772\
        c3b6c39f6520e29883420469742273ca010c6f6e652074776f7468726565
        """
    ),
    (
        "warm-up",
        #"""
        model_warmup [
          { name: "zero" batch_size: 1 inputs: { key: "x" value: { data_type: TYPE_FP32 dims: 4 zero_data: true } } },
          { name: "file" inputs { key: "x" value { data_type: TYPE_STRING dims: [ 1 ] input_data_file: "raw" } } inputs { key: "r" value { random_data: true } } count: 3 }
        ]
        batch_input [ { kind: BATCH_ITEM_SHAPE target_name: [ "shape" ] data_type: TYPE_INT32 source_input: "x" } ]
        batch_output { target_name: "o" source_input: "x" kind: BATCH_SCATTER_WITH_INPUT_SHAPE }
        model_operations { op_library_filename: "a.so" }
        model_repository_agents { agents [ { name: "checksum", parameters { key: "MD5:model.onnx" value: "00" } } ] }
        cc_model_filenames { key: "8.0" value: "m.plan" }
        """#,
        """
        4a0d0a03382e3012066d2e706c616e8201160a047a65726f10011a0c0a01781207080b12010418018201220a0466696c651a070a017212\
        0220011a0f0a0178120a080d1201012a0372617720039201060a04612e736fa2010e0804120573686170651808220178aa01060a016f1a\
        0178ba01220a200a08636865636b73756d12140a0e4d44353a6d6f64656c2e6f6e6e7812023030
        """
    ),
    (
        "nothing",
        #"""
        # only a comment, and no newline at the end
        """#,
        """

        """
    ),
    (
        "a reshape to a scalar",
        #"""
        input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] reshape: { shape: [ ] } }
        """#,
        """
        2a0a0a0178100b2201012a00
        """
    ),
]
