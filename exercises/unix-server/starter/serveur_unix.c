/* Exercice : serveur sur un socket local, joint par un chemin. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h> /* struct sockaddr_un */
#include <unistd.h>

#define LG_MESSAGE 256
#define LG_FILE 5 /* clients qui peuvent attendre leur tour */

int main(int argc, char *argv[])
{
    struct sockaddr_un pointDeRencontreLocal;
    if (argc > 0)
        printf("%s : un chemin a au plus %zu octets, un message %d, la file %d clients\n", argv[0],
               sizeof(pointDeRencontreLocal.sun_path) - 1, LG_MESSAGE, LG_FILE);

    /* Étape 1 : sans exactement un argument (le chemin), afficher un mode d'emploi sur la sortie d'erreur. */

    /* Étape 2 : un chemin trop long pour sun_path est une erreur : comparer strlen() et sizeof avant de copier. */

    /* Étape 3 : créer le socket (AF_UNIX, SOCK_STREAM), l'attacher au chemin, le mettre en écoute. */

    /* Étape 4 : si bind() échoue avec EADDRINUSE, se connecter au chemin pour savoir si quelqu'un y est. Refusé
       (ECONNREFUSED) : unlink() et bind() à nouveau. Sinon : c'est un conflit, on ne touche à rien. */

    /* Étape 5 : un gestionnaire pour SIGINT et SIGTERM (sigaction), qui supprime le chemin et arrête le serveur. */

    /* Étape 6 : sans fin : accepter un client, recevoir son message, l'afficher avec son nombre d'octets, répondre "ok\n",
       afficher le nombre d'octets envoyés, fermer ce client. */

    fprintf(stderr, "serveur_unix : à compléter\n");
    return EXIT_FAILURE;
}
