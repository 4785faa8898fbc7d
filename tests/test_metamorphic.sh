#!/bin/sh
# The recorded incidents, told otherwise: metamorphic.py. Needs EXINQUEST (the
# program) and FIXTURES; with METAMORPHIC=--all every row, some minutes long.
set -u
LC_ALL=C.UTF-8
PYTHONDONTWRITEBYTECODE=1
export LC_ALL PYTHONDONTWRITEBYTECODE

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null
then
    echo "skip metamorphic: python3 (3.8 or later) is not here"
    exit 0
fi
exec python3 "$SOURCE/tests/metamorphic.py" ${METAMORPHIC:+"$METAMORPHIC"}
