internal import CMessages
internal import CProtobufC

/// protobuf-c's description of a message: immutable, and at one address for the life of the process.
struct MessageDescriptor: @unchecked Sendable {
    // Sendable because the generated tables are constants.
    let pointer: UnsafePointer<ProtobufCMessageDescriptor>

    init(_ pointer: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.pointer = pointer
    }

    /// The description that a generated initialiser writes into a struct. Importing the table by its
    /// name would give a copy of it, not its address.
    init<C>(of initialise: (UnsafeMutablePointer<C>?) -> Void) {
        let instance = UnsafeMutablePointer<C>.allocate(capacity: 1)
        defer { instance.deallocate() }
        initialise(instance)
        pointer = UnsafeRawPointer(instance).load(as: ProtobufCMessage.self).descriptor
    }

    var fields: UnsafeBufferPointer<ProtobufCFieldDescriptor> {
        UnsafeBufferPointer(start: pointer.pointee.fields, count: Int(pointer.pointee.n_fields))
    }

    /// The field of the number. A number that the message does not have is a mistake in this room.
    func field(_ number: UInt32) -> UnsafePointer<ProtobufCFieldDescriptor> {
        guard let field = protobuf_c_message_descriptor_get_field(pointer, number) else {
            fatalError("\(String(cString: pointer.pointee.name)) has no field \(number)")
        }
        return field
    }
}

extension ProtobufCFieldDescriptor {
    /// The description of the messages in this field.
    var messageDescriptor: MessageDescriptor {
        guard type == PROTOBUF_C_TYPE_MESSAGE, let descriptor else { fatalError("\(String(cString: name)) holds no messages") }
        return MessageDescriptor(descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
    }

    /// The description of the values of this field.
    var enumDescriptor: UnsafePointer<ProtobufCEnumDescriptor> {
        guard type == PROTOBUF_C_TYPE_ENUM, let descriptor else { fatalError("\(String(cString: name)) is no enumeration") }
        return descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
    }

    var isOneofMember: Bool { flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0 }
}
