# Two stages: the first has pip's leftovers, the second only what runs. docs/deploy.md says what of it was tried.
FROM python:3.12-slim AS build
# Without a GPU, give the address of PyTorch's CPU builds (pytorch.org, "Get started") as
# `--build-arg TORCH_INDEX=…`: the build that pip takes by itself asks for gigabytes of CUDA packages.
ARG TORCH_INDEX=
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /app
WORKDIR /src
COPY requirements.txt .
RUN [ -z "$TORCH_INDEX" ] || /app/bin/pip install --index-url "$TORCH_INDEX" "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements.txt)"
RUN /app/bin/pip install -r requirements.txt
COPY . .
# with what the page “Stores” and the sign-in need; all else is there already
RUN /app/bin/pip install --no-build-isolation --constraint requirements.txt ".[sign-in,stores]"

FROM python:3.12-slim
RUN useradd --uid 1000 --create-home explorer && install -d -o explorer /cache /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 EXPLORER_CACHE_DIR=/cache
USER 1000
VOLUME /cache
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["embedding-explorer", "serve", "--address", "0.0.0.0", "--data", "/data"]
