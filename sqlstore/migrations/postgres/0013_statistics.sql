ANALYZE {accounts}, {pools}, {users}, {events}, {progress}
