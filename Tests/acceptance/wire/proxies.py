"""Proxies in front of the interop server: each is started with a configuration of its own, on a free port."""
import json, pathlib

from interop import Process, free_port, wait_for_port, which


def nginx(backend, folder):
    port = free_port()
    (folder / "nginx.conf").write_text(f"""
        daemon off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1;
        events {{ worker_connections 256; }}
        http {{
            access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
            uwsgi_temp_path {folder}; scgi_temp_path {folder};
            server {{ listen 127.0.0.1:{port} http2; client_max_body_size 0;
                      location / {{ grpc_pass grpc://127.0.0.1:{backend}; }} }}
        }}""")
    return Process(which("nginx"), "-c", folder / "nginx.conf", "-p", folder), port


def haproxy(backend, folder):
    port = free_port()
    (folder / "haproxy.cfg").write_text(f"""
global
    maxconn 256
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend front
    bind 127.0.0.1:{port} proto h2
    default_backend back
backend back
    server martlet 127.0.0.1:{backend} proto h2
""")
    return Process(which("haproxy"), "-db", "-f", folder / "haproxy.cfg"), port


def nghttpx(backend, folder):
    port = free_port()
    (folder / "nghttpx.conf").write_text("")
    return Process(
        which("nghttpx"), f"--conf={folder}/nghttpx.conf", f"--frontend=127.0.0.1,{port};no-tls",
        f"--backend=127.0.0.1,{backend};;proto=h2", "--workers=1"), port


def envoy(backend, folder, is_bridge=False):
    """With `is_bridge`, HTTP/1.1 in front and gRPC-Web turned into gRPC."""
    port = free_port()
    web = [{"name": "web", "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb"}}]
    (folder / "envoy.json").write_text(json.dumps({
        "static_resources": {
            "listeners": [{
                "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
                "filter_chains": [{"filters": [{
                    "name": "http",
                    "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                        "stat_prefix": "front", "codec_type": "AUTO" if is_bridge else "HTTP2",
                        "http_filters": (web if is_bridge else []) + [{"name": "router", "typed_config": {
                            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                        "route_config": {"virtual_hosts": [{
                            "name": "all", "domains": ["*"],
                            "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "martlet", "timeout": "0s"}}]}]},
                    }}]}]}],
            "clusters": [{
                "name": "martlet", "type": "STATIC", "connect_timeout": "5s",
                "load_assignment": {"cluster_name": "martlet", "endpoints": [{"lb_endpoints": [{"endpoint": {
                    "address": {"socket_address": {"address": "127.0.0.1", "port_value": backend}}}}]}]},
                "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                    "explicit_http_config": {"http2_protocol_options": {}}}},
            }]}}))
    return Process(which("envoy"), "-c", folder / "envoy.json", "--concurrency", 1, "--log-level", "error"), port


PROXIES = {"nginx": nginx, "haproxy": haproxy, "nghttpx": nghttpx, "envoy": envoy}


def start(name, backend, folder):
    """(process, port), or None when the proxy is not installed."""
    if which(name) is None:
        return None
    folder = pathlib.Path(folder)
    # Workers may run as another user.
    folder.chmod(0o755)
    process, port = PROXIES[name](backend, folder)
    wait_for_port(port)
    return process, port
