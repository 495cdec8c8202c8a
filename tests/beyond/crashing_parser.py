"""A parser that crashes at its last molecule, as a library might."""

import json
import os
import sys

if __name__ == "__main__":
    request = json.load(sys.stdin)
    for number in range(len(request["smiles"])):
        sys.stdout.write(json.dumps({"at": number}) + "\n")
    sys.stdout.flush()
    os.abort()
