/// Certificates for tests: an authority, two servers named localhost, and a client named tester. They prove nothing to anyone.
enum TestCertificates {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBizCCATGgAwIBAgIUf2f2zZA5KvirkZ/9t/poR0mLgf8wCgYIKoZIzj0EAwIw
        GjEYMBYGA1UEAwwPTWFydGxldCB0ZXN0IENBMCAXDTI2MTEyNDEwNTYwM1oYDzIx
        MjYxMDMxMTA1NjAzWjAaMRgwFgYDVQQDDA9NYXJ0bGV0IHRlc3QgQ0EwWTATBgcq
        hkjOPQIBBggqhkjOPQMBBwNCAAS+6JExa5RtyIngDXzq3IuFS5P4+7iVttrHMcDa
        bmPzHVT0v/9cfUGSA3UC+3YuxN0egCiRUPQGsSXV75puxUGgo1MwUTAdBgNVHQ4E
        FgQUZvDawQKYkSNa/6W5WC/zX7qO2NcwHwYDVR0jBBgwFoAUZvDawQKYkSNa/6W5
        WC/zX7qO2NcwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAqXW9
        xqEq2zSS+atMq56w/wcFQTWcS9qRSCK5NiN/k6sCIF3yF8MF9OrrGqHQamPjbFs8
        nv1k0MJyB8ocRufa2UG0
        -----END CERTIFICATE-----
        """
    static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBkDCCATagAwIBAgIUYLzlG9jY3olN9Rz94aEgs/9Kl1wwCgYIKoZIzj0EAwIw
        GjEYMBYGA1UEAwwPTWFydGxldCB0ZXN0IENBMCAXDTI2MTEyNDEwNTYwNFoYDzIx
        MjYxMDMxMTA1NjA0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIB
        BggqhkjOPQMBBwNCAARc9gUxxjTPGVA+KW3RS3flD7NgsDjRWOZMgPwKqjaKu8bJ
        LbT3ou0TDf59IjKooYqcNyV2wh3VcvLKUJxZkzVSo14wXDAaBgNVHREEEzARggls
        b2NhbGhvc3SHBH8AAAEwHQYDVR0OBBYEFJKUH58WQJ2At7MNgOKqHycD/FQ2MB8G
        A1UdIwQYMBaAFGbw2sECmJEjWv+luVgv81+6jtjXMAoGCCqGSM49BAMCA0gAMEUC
        IFAysV3oGAUiVH/1JsRL1RXL+4p3rrshOHwpeKjKzO5DAiEA+ubujj7ugqzyeLrg
        zCrNFWEG8KviTFSzGCpwyVmlI6c=
        -----END CERTIFICATE-----
        """
    static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6XVHE4PiGDK9865j
        HMOewO5NoHmbJ6ALZtD+hQaOZ7GhRANCAARc9gUxxjTPGVA+KW3RS3flD7NgsDjR
        WOZMgPwKqjaKu8bJLbT3ou0TDf59IjKooYqcNyV2wh3VcvLKUJxZkzVS
        -----END PRIVATE KEY-----
        """
    static let otherServer = """
        -----BEGIN CERTIFICATE-----
        MIIBjDCCATKgAwIBAgIUYLzlG9jY3olN9Rz94aEgs/9Kl10wCgYIKoZIzj0EAwIw
        GjEYMBYGA1UEAwwPTWFydGxldCB0ZXN0IENBMCAXDTI2MTEyNDEwNTYwNFoYDzIx
        MjYxMDMxMTA1NjA0WjAQMQ4wDAYDVQQDDAVvdGhlcjBZMBMGByqGSM49AgEGCCqG
        SM49AwEHA0IABF9QrnzYzNXmf5R3UdLjmsXvnzSuiYqDBHl/YW2JaQ9PqgrwFcBf
        vKeuRA34bWifvXhnbL3ptZW2V1aVQrjJI4ejXjBcMBoGA1UdEQQTMBGCCWxvY2Fs
        aG9zdIcEfwAAATAdBgNVHQ4EFgQUPN6cod+NmwaiLHUt3CS9dg0Yr7IwHwYDVR0j
        BBgwFoAUZvDawQKYkSNa/6W5WC/zX7qO2NcwCgYIKoZIzj0EAwIDSAAwRQIhAN+9
        CdGa6VuiKgO2dvL/xStTH9R5U4kpcvEQzRKlh1/jAiBtyxsm+K+zDAAO/7UvvyYV
        tlO90eTYRThFpOH8WIfLsQ==
        -----END CERTIFICATE-----
        """
    static let otherServerKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgo2eFA8tdtp04VZO/
        UEKgV6OC7N/V7YHxfGkLTuoZ04ChRANCAARfUK582MzV5n+Ud1HS45rF7580romK
        gwR5f2FtiWkPT6oK8BXAX7ynrkQN+G1on714Z2y96bWVtldWlUK4ySOH
        -----END PRIVATE KEY-----
        """
    static let client = """
        -----BEGIN CERTIFICATE-----
        MIIBjjCCATOgAwIBAgIUYLzlG9jY3olN9Rz94aEgs/9Kl14wCgYIKoZIzj0EAwIw
        GjEYMBYGA1UEAwwPTWFydGxldCB0ZXN0IENBMCAXDTI2MTEyNDEwNTYwNFoYDzIx
        MjYxMDMxMTA1NjA0WjARMQ8wDQYDVQQDDAZ0ZXN0ZXIwWTATBgcqhkjOPQIBBggq
        hkjOPQMBBwNCAAR1WeJkJrPN1VCEaMatPzyeFVhF/MUq/LFEcLWTfegNeVx7kSc3
        FQ3uTPV3nLVK/2SxIe1F7VfL3nPSP2h1ujrko14wXDAaBgNVHREEEzARgglsb2Nh
        bGhvc3SHBH8AAAEwHQYDVR0OBBYEFKWDq9XVGQuae/qQYWSZijCFcmyUMB8GA1Ud
        IwQYMBaAFGbw2sECmJEjWv+luVgv81+6jtjXMAoGCCqGSM49BAMCA0kAMEYCIQD7
        ym5bsLxsUUsF4l293TCVMHqzjWW4NHT7g3SSJSdVIAIhANNGrDeXI8LA4jNCIuvq
        2mynYlIWodci0DkXBakou+qu
        -----END CERTIFICATE-----
        """
    static let clientKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJuNyTEIbBsbW7Jlk
        /yMtlppDx61JPE1vAOlzYCyHWqehRANCAAR1WeJkJrPN1VCEaMatPzyeFVhF/MUq
        /LFEcLWTfegNeVx7kSc3FQ3uTPV3nLVK/2SxIe1F7VfL3nPSP2h1ujrk
        -----END PRIVATE KEY-----
        """
}
