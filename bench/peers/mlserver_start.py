"""mlserver start FOLDER, with this folder's modules at hand."""
import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from mlserver.cli import main

sys.argv = ["mlserver", "start", sys.argv[1]]
main()
