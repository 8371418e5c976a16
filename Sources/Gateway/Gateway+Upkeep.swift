internal import HTTP2
internal import Logging

extension Gateway {
    /// Looks at the certificate files now and then, until it is cancelled.
    func keepCertificateFresh(_ tls: TLSIdentity) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            reloadCertificate(tls)
        }
    }

    /// Reads the certificate files again if they have changed: connections that come from now on get what is in them. Files
    /// that cannot be used leave everything as it was.
    func reloadCertificate(_ tls: TLSIdentity) {
        do {
            if try tls.reloadIfChanged() { log.notice("certificate reloaded", metadata: ["file": "\(tls.certificateFile)"]) }
        } catch {
            log.error("certificate kept, the new one cannot be used", metadata: ["file": "\(tls.certificateFile)", "reason": "\(error)"])
        }
    }
}
